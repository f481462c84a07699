//! Codes of what is noticed in ADM cards.

tramline_model::codes! {
    DAMAGED = "adm.damaged",
        "The records of an operation cannot be read beyond some place, so the points end there and the totals are \
         too small.",
        "Write the card again with the program that made it and upload the whole folder.";
    COUNT_DIFFERS = "adm.count-differs",
        "The card states a different number of records for an operation than its file holds: the file is incomplete, or \
         the program counted differently.",
        "Compare area and totals with those of the program. Write the card again if they differ.";
    LATENCY_APPLIED = "adm.latency-applied",
        "The program that wrote the card states that it already shifted values to the place where they belong, for \
         example grain to where it was cut. Reading moves nothing further.",
        "Nothing needs doing. Do not correct the lag a second time.";
}
