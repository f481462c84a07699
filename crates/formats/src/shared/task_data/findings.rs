//! Codes of what is noticed in a task data file and the external files that it names.

tramline_model::codes! {
    EXTERNAL_FILE_MISSING = "isoxml.external-file-missing",
        "The task data name another XML file, for example with devices, products or fields, and it is not in the \
         folder. What it describes is missing, such as names or working widths.",
        "Upload the whole folder TASKDATA as the display wrote it.";
    EXTERNAL_FILE_REPEATED = "isoxml.external-file-repeated",
        "The task data name the same XML file more than once, or files that include each other. The file was read \
         once.",
        "Nothing needs doing: no data are missing and nothing counts twice.";
    EXTERNAL_FILE_UNREADABLE = "isoxml.external-file-unreadable",
        "The task data name another XML file, and it is damaged. What it describes is missing, such as names, devices \
         or tasks.",
        "Export the task data from the display again and upload the whole folder.";
    DUPLICATE_ID = "isoxml.duplicate-id",
        "Two elements of the task data, for example two fields or devices, have the same id. The first one counts, so \
         a name may belong to the other one; a task with time logs is read all the same.",
        "Check the names of field, crop, product and machine. Give each element an id of its own in the program that \
         made the file.";
}
