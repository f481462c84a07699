//! Codes of what is noticed in logs of John Deere GreenStar displays.

tramline_model::codes! {
    ROWS_MISSING = "greenstar.rows-missing",
        "A log refers to a .fdd file that is not beside it, so the work in that file is missing and the totals are \
         too small.",
        "Copy the whole folder RCD from the card again and upload it.";
    MASS_WITHOUT_PLACE = "greenstar.mass-without-place",
        "A combine measures grain some seconds after it was cut. Some grain was cut at times missing \
         from the log, for example before a block begins, and its mass is left out.",
        "Nothing needs doing if the share is small. Otherwise calibrate the harvest with a scale weight.";
    DAMAGED = "greenstar.damaged",
        "A file with rows is damaged at some place. The rows after that place are missing, at least to the end of \
         the block, so the totals are too small.",
        "Copy the file from the card again.";
}
