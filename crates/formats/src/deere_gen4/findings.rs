//! Codes of what is noticed in logs of John Deere Gen4 displays.

tramline_model::codes! {
    DAMAGED = "gen4.damaged",
        "The log is damaged from some point on. The work before it is good; the rest is missing, so the totals \
         are too small.",
        "Copy the log from the display again.";
    CUT_SHORT = "gen4.cut-short",
        "The log has no end mark: it was copied while the display still wrote it, or the copy was cut off. Work at \
         its end may be missing.",
        "Compare the totals with those of the display. Copy the log again after the work is finished.";
    NO_EQUIPMENT = "gen4.no-equipment",
        "The log names an operation but describes no implement for it, so its values cannot be placed. The operation \
         is left out.",
        "Set up the implement in the display before the next work.";
    NOTHING_WORKED = "gen4.nothing-worked",
        "The log names an operation in which no work was done: there was no position with a GPS fix, the implement \
         stood still, or no section was ever on.",
        "Nothing needs doing, unless you know that work was done; then copy the log from the display again.";
    NO_OPERATION = "gen4.no-operation",
        "The log names no operation and the machine did not move, or had no GPS fix, for example because the \
         display was only switched on.",
        "Nothing needs doing, unless you know that work was done; then copy the log from the display again.";
    NO_EDGE = "gen4.no-edge",
        "The log does not have the positions of the edge of the implement. Points are placed from the position of the \
         receiver and the offsets in the setup of the equipment.",
        "Check the offsets in the display if the passes are shifted on the map. Otherwise nothing needs doing.";
    TARGET_HUNDREDFOLD = "gen4.target-hundredfold",
        "In most rows applied rate and target rate differ by a factor of 50 or more. The display logged one of them \
         at the wrong scale.",
        "Trust the applied rate and not the target rate, and compare it with the amount that was used.";
}
