//! What is noticed while an upload is opened, with cause and cure.

tramline_model::codes! {
    LEADING_BYTES = "source.leading-bytes",
        "The zip has other bytes before its first entry, such as those that self-extracting archives and some download programs add. They are skipped and the entries are read as usual.",
        "Nothing needs doing.";
    TRAILING_BYTES = "source.trailing-bytes",
        "The zip has other bytes after its end, such as those that some mail and download programs add. They are skipped and the entries are read as usual.",
        "Nothing needs doing.";
    DUPLICATE_ENTRY = "source.duplicate-entry",
        "The zip contains the same file twice under the same name and with the same data. It is read once, so nothing counts double.",
        "Nothing needs doing.";
    LINK_IGNORED = "source.link-ignored",
        "The folder contains a link to another place, or a special file of the operating system. Neither is followed, so the data behind it are not read.",
        "Copy the files that the link points to into the folder if they are needed.";
    UNREADABLE_ENTRY = "source.unreadable-entry",
        "A file inside the upload cannot be read: it is protected by a password, damaged, packed with a method that is not supported, or an archive that is nested too deep or would cost too much. The other files are read; work in this one is missing.",
        "Copy the file from the display again and make a plain zip without a password.";
    CASE_CLASH = "source.case-clash",
        "Two files have names that differ only in upper and lower case, but different data, usually after two copies of a card were merged. Nobody can know which one is right, so neither is read.",
        "Keep the right one of the two and upload again.";
}
