//! What is noticed in delimited text, with cause and cure.

tramline_model::codes! {
    UNREADABLE_REST = "text.unreadable-rest",
        "The file becomes unreadable after some rows: it was cut off while copying, or contains bytes that are not text. The rows before the damage are kept; the work after it is missing from the totals.",
        "Copy or export the file again and upload the new one.";
    NO_INSTANTS = "text.no-instants",
        "The table has no times, or its time column holds no plausible ones: a counter, or the clock of a display that was not set. The points have no timestamp.",
        "Export with date and time if the season or the time of day matters; otherwise nothing needs doing.";
    ROW_LENGTH = "text.row-length",
        "Some rows have more or fewer cells than the table has columns, often because a separator stands inside a text. Missing cells are null, and values of such a row can stand in the wrong column.",
        "Look at the line that is named, and export the table again if the row is damaged.";
    NOT_A_NUMBER = "text.not-a-number",
        "Some cells of a column of numbers contain text, such as an error mark of the display. They are null and are not counted in any total.",
        "Nothing needs doing for a few cells. Compare with the display if there are many.";
    UNKNOWN_STATUS = "text.unknown-status",
        "The column that states whether the machine was recording contains words that mean neither on nor off. The state of these rows is null.",
        "Check whether the column that is read as the recording status is really one, and map it with a column map if it is not.";
    INSTANT_NOT_BELIEVED = "text.instant-not-believed",
        "The time of some rows is missing, cannot be read, lies before 1990 or lies in the future. These points have no timestamp; their values stay.",
        "Check the clock of the display if there are many such rows.";
}
