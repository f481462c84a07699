//! Codes of what is noticed in the time logs and tasks of task data.

tramline_model::codes! {
    HEADER_TOO_MANY_VALUES = "isoxml.header-too-many-values",
        "The header of a time log lists more than 255 values, which is the most that a record can hold. The display \
         could not log the others.",
        "Check that the columns that you need are there; if they are, nothing needs doing. Logging fewer values or \
         sections avoids it.";
    DDI_INVALID = "isoxml.ddi-invalid",
        "The header of a time log has a value whose number in the ISO 11783 data dictionary (DDI) cannot be read. Its \
         meaning is unknown, so it is in no column of the standard points.",
        "Export the task data from the display again.";
    TIME_LOG_TRUNCATED = "isoxml.time-log-truncated",
        "A time log ends in the middle of a record: the display lost power or its stick while it wrote, or the copy \
         is incomplete. Only that last record is missing from what was uploaded.",
        "Compare the end of the log with the end of the work. Copy the data from the display again if work is missing.";
    TIME_LOG_DAMAGED = "isoxml.time-log-damaged",
        "Some bytes of a time log are not a valid record. They were left out, and reading went on at the next valid \
         records, so a short stretch of work may be missing.",
        "Copy the log from the display again if totals or coverage look too small.";
    TIME_LOG_BAD = "isoxml.time-log-bad",
        "More than a fifth of a time log is not valid: it is damaged, or its header belongs to another log. The \
         totals are incomplete and should not be trusted.",
        "Copy the time log, both its .BIN and its .XML file, from the display again.";
    TIME_LOG_EMPTY = "isoxml.time-log-empty",
        "A time log has no records, for example because a task was started and nothing was logged.",
        "Nothing needs doing if no work was done in it. Otherwise copy the log from the display again.";
    TIME_ZONE_UNKNOWN = "isoxml.time-zone-unknown",
        "The log gives local time without a time zone, and neither GPS time nor the task shows the zone. Times are \
         given as if they were UTC, so they may be some hours off.",
        "Compare one time with what you know of the day's work. Rates, yields and areas are not affected.";
    PLAN_ONLY = "isoxml.plan-only",
        "Some tasks have no time log: they were planned and not started, or were worked without logging.",
        "Nothing needs doing for plans. If work is missing, switch on logging in the display for the next task.";
    TIME_LOG_REFERENCED_TWICE = "isoxml.time-log-referenced-twice",
        "A time log is named more than once in the task data. It counts once, for the task that names it first.",
        "Nothing needs doing. Check which task the work belongs to if it appears under the wrong name.";
    TIME_LOG_UNREADABLE = "isoxml.time-log-unreadable",
        "One of several time logs of a task could not be used: a file is missing or damaged, or it has no positions. \
         The work in it is missing from points and totals.",
        "Follow the hint of the finding; in most cases copying the whole folder TASKDATA again helps.";
    TIME_LOG_UNASSIGNED = "isoxml.time-log-unassigned",
        "A time log lies beside the task data and no task names it. It became a machine file of its own, without the \
         names of field, crop or product.",
        "Export the task data again after closing the task on the display, so that the names come with it. The values \
         are not affected.";
    COUNTER_FELL = "isoxml.counter-fell",
        "A running total of the display became smaller without restarting: somebody corrected it, or it counts \
         several things in turn. The fall adds nothing to the display's total.",
        "Trust the totals of the points more than that counter when the two are compared.";
    INSTANT_IMPLAUSIBLE = "isoxml.instant-implausible",
        "Some records are dated before 1990 or in the future because the clock of the display was wrong. They keep \
         their position and values and have no time.",
        "Set date and time of the display before the next work.";
    DEVICE_ELEMENT_LOOP = "isoxml.device-element-loop",
        "In the description of the machine, parts belong to each other in a loop, or are nested deeper than in any \
         real machine. Only the nearest levels were followed.",
        "Check the working width and the positions of the sections. Update the software of the implement if they \
         are wrong.";
}
