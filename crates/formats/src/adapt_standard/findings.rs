//! Codes of what is noticed in data sets of the ADAPT Standard.

tramline_model::codes! {
    NO_KNOWN_VARIABLE = "adapt.no-known-variable",
        "None of the values that the operation describes has a known meaning, so the points show only where the \
         machine drove.",
        "Export the work records again with rates, yields or other values. The raw points have the columns as they are.";
    DISTANCE_COUNTER = "adapt.distance-counter",
        "The column for the distance between two records holds a running total of the whole job instead. The distances are \
         derived from the positions.",
        "Nothing needs doing: the column is not needed.";
    PRODUCTS_SUMMED = "adapt.products-summed",
        "The operation applied several products at once. The rate of the standard points is their sum.",
        "Nothing needs doing. The raw points have the rate of each product.";
    COLUMN_PASSED_OVER = "adapt.column-passed-over",
        "Two or more columns have the same meaning. The first one is used, the others are only in the raw points.",
        "Compare the columns in the raw points if the values look wrong.";
    UNREADABLE_REST = "adapt.unreadable-rest",
        "The file of the records is damaged from some point on. The work before it is good; the rest is missing, \
         so the totals are too small.",
        "Export the data set again and upload the whole folder or its zip.";
    GEOMETRY_UNREADABLE = "adapt.geometry-unreadable",
        "Some records have no point or polygon, or one that cannot be read. They have no position, so their work is \
         missing from maps.",
        "Nothing needs doing for a few records. If there are many, export the data set again.";
    LOCAL_TIME = "adapt.local-time",
        "Times in the records have no time zone. They are given as if they were UTC, so they may be some hours off.",
        "Compare one time with what you know of the day's work. Rates, yields and areas are not affected.";
}
