//! Codes of what is noticed in FMIS exports of Raven Slingshot.

tramline_model::codes! {
    NO_POSITION = "raven_fmis.no-position",
        "Some rows of the table have no latitude or longitude, usually because the receiver had no signal. Their work \
         is missing from maps.",
        "Nothing needs doing for a few rows. If there are many, export the job from Slingshot again.";
    INSTANT_NOT_BELIEVED = "raven_fmis.instant-not-believed",
        "Some rows have a time that is empty or cannot be true. They keep their position and values and have no time.",
        "Nothing needs doing for a few rows. If there are many, check the clock of the display.";
    UNREADABLE_REST = "raven_fmis.unreadable-rest",
        "The table is damaged from some row on. The rows before it are good, the rest is missing, so the totals are \
         too small.",
        "Export the job from Slingshot again.";
    REPORTED_LAYOUT = "raven_fmis.reported-layout",
        "The layout of this format is known from a description only; no real file was available to check it. Units \
         and scales of the values may be wrong.",
        "Compare the totals with those of the display before you rely on them.";
    COLUMN_COUNT = "raven_fmis.column-count",
        "The file advanced.xml describes a different number of columns than the table has. Values may stand in the wrong \
         columns.",
        "Compare the totals with those of the display, and export the job from Slingshot again if they differ.";
    NO_VALUES = "raven_fmis.no-values",
        "No column of the table is a known rate, yield, moisture, depth or flow, so the points show only where the \
         machine drove.",
        "Check in Slingshot that the job has logged values. The raw points have all columns as they are.";
    NO_INSTANTS = "raven_fmis.no-instants",
        "The column in which the time is expected holds no plausible times, so no point has a time.",
        "Nothing needs doing if you know when the work was done. Rates, yields and areas per row are not affected.";
}
