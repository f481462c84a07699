//! Codes of what is noticed in native jobs of Raven Viper 4 displays.

tramline_model::codes! {
    REPORTED_LAYOUT = "raven_viper.reported-layout",
        "The layout of this format is known from a description only; no real job was available to check it. Values \
         may be wrong.",
        "Compare the totals with those of the display before you rely on them.";
    NO_DATES = "raven_viper.no-dates",
        "The job counts seconds from a day that it does not state, so the points have no time.",
        "Nothing needs doing if you know when the work was done. Rates and positions are not affected.";
    UNCHECKED = "raven_viper.unchecked",
        "The layout is checked by comparing speed, distance and positions. The machine hardly moved, so this check \
         was not possible and values may be wrong.",
        "Compare the totals with those of the display before you rely on them.";
    LIQUID_ASSUMED = "raven_viper.liquid-assumed",
        "The job does not state the unit of its rates. They are as large as those of a liquid, so litres per hectare \
         are assumed.",
        "Check the usual rate against what was applied. If it is wrong, upload the FMIS export or ISOXML of the job.";
    RATE_LEFT_OUT = "raven_viper.rate-left-out",
        "The job does not state the unit of its rates, and they are not plausible for a liquid or the machine is a \
         planter or spreader. The rates are left out of the standard points.",
        "Use the rates in the raw points, or upload the FMIS export or ISOXML of the job, which state the unit.";
    NO_POSITION = "raven_viper.no-position",
        "Some records have no position, usually because the receiver had no signal. Their work is missing from maps.",
        "Nothing needs doing for a few records. If there are many, check the receiver.";
    CUT_SHORT = "raven_viper.cut-short",
        "The job is damaged or cut off at some place. The points before it are good, the rest is missing.",
        "Copy the job from the display again.";
}
