//! The codes of findings that are noticed here, while an upload is converted, and on the way to it.
//!
//! Rule: a code is declared once, and its name never changes. In the names of the codes about results
//! `*` stands for a property or result, such as `plausible.wetMassPerArea`.

use std::borrow::Cow;
use tramline_model::{Code, Finding, Place, Severity};

/// Beginning of all codes about results and their units.
pub(crate) const PLAUSIBLE: &str = "plausible.";

tramline_model::codes! {
    // The upload, its datasets and what the caller gave.
    SOURCE_REFUSED = "source.refused",
        "The upload as a whole cannot be opened: for example a damaged or encrypted zip, or one that unpacks to more than the limits allow.",
        "Follow the hint; usually it helps to copy the data from the display again and to zip them without a password.";
    GIVEN_UP = "convert.given-up",
        "The service tried to convert the upload several times, and each attempt ended before it was finished.",
        "Retry the batch. If it fails again, report it together with the file.";
    DATASET_ENDED_EARLY = "convert.dataset-ended-early",
        "A dataset holds several machine files, and reading stopped at a fault. The machine files before the fault were converted.",
        "Copy the data from the display again. If reading stops at the same place, report it together with the file.";
    BRIDGED = "convert.bridged",
        "The machine file is in a closed format. A program that the operator configured translated it first.",
        "Nothing needs doing. If numbers look wrong, compare them with the software of the manufacturer.";
    ORIGINAL_INCOMPLETE = "convert.original-incomplete",
        "An entry could not be read to its end while the original files were packed, so that `original.zip` lacks it or its end.",
        "Copy the file from the display or stick again and upload it again.";
    CONFIGURATION_KEY_UNKNOWN = "convert.configuration-key-unknown",
        "The configuration has a key that Tramline does not know. The key has no effect.",
        "Check the spelling against the list of settings in docs/configuration.md, or remove the key.";
    OTHER_PROVIDER = "convert.other-provider",
        "A provider was given, and the files are recognised as those of another maker or service. The provider that was given stays, and the recognised one stands beside it as `detectedProvider`.",
        "Nothing needs doing, since the data are read by what they are. Give the right provider, or `Other`, with the next upload.";
    NO_SUCH_COLUMN = "columns.no-such-column",
        "The meaning or unit of a column was given, but no table in the upload has a column with that title.",
        "Give the title exactly as the file shows it, with its unit in brackets or without.";
    RAW_COLUMNS_LEFT_OUT = "raw.columns-left-out",
        "The logs of the machine file have more different columns than the raw points can hold. The surplus columns are left out of the raw points.",
        "Nothing needs doing for the standard points. For the other columns, use the original files.";

    // Calibration.
    CALIBRATED = "convert.calibrated",
        "A calibration was given for the harvest. Mass, yield and everything derived from them were multiplied by its factor.",
        "Nothing needs doing. Compare the total with the scale tickets if you are in doubt.";
    CALIBRATION_OUTSIDE = "convert.calibration-outside",
        "Loads were given with their times, and some points were logged outside all of them. These points keep the mass that the display logged.",
        "Widen the times of the loads if these points belong to one of them.";
    CALIBRATION_MISSED = "convert.calibration-missed",
        "The cleanup rules look at calibrated values and therefore keep different points than without calibration, so the total is not the scale weight.",
        "Use cleanup rules that do not depend on mass or yield, or give a factor instead of a scale weight.";
    CALIBRATION_UNUSED = "convert.calibration-unused",
        "A calibration was given under a name that no harvest machine file in the upload has. It was not used.",
        "Give the calibration under the id, folder or name of a harvest machine file in this upload.";

    // Fields.
    OUTSIDE_FIELDS = "fields.outside",
        "A boundary was given, and some points lie outside all of its fields. They are left out, with the reason `field.outside`.",
        "Nothing needs doing. `dropped.parquet` has these points; convert without the boundary to keep them.";
    IN_FIELD = "fields.part",
        "The machine file is the part of another one that lies in this field. The whole stands beside it.",
        "Add up either the whole files or the parts, not both.";

    // Merges of the command line.
    MERGED = "merge.parts",
        "The machine file joins others of the same kind of work in the same field. They stand beside it; records that several of them hold count once.",
        "Add up either the joined file or its parts, not both.";
    NOT_MERGED = "merge.apart",
        "Machine files of the same kind of work in the same field were not joined, for the reason that the finding gives.",
        "Nothing needs doing if they are different works. Otherwise correct crop, product or dates and convert again.";
    WITHIN_TOLERANCE = "fields.within-tolerance",
        "Some points lie outside the field boundary, but no farther from it than the tolerance for the drift of the receiver. They count as inside.",
        "Nothing needs doing. Set `fieldsBoundaryTolerance` to 0 and reprocess the file to use the boundaries exactly as drawn.";

    // Times.
    COARSE_CLOCK = "time.coarse-clock",
        "The display stamped several records in a row with the same time. To find passes and the lag, times are spread along the way; the timestamps stay as logged.",
        "Nothing needs doing.";
    TIME_MISSING = "standard.time-missing",
        "Some points have no time, either because the file has none or because the time was not credible. The points are kept.",
        "Export the data with date and time if you need passes, the lag or the day of work.";
    TIME_IMPLAUSIBLE = "standard.time-implausible",
        "Some records have a time before 1990 or in the future, usually because the clock of the display was wrong. These times are left out; the points are kept.",
        "Check date and time on the display.";

    // What the file does not have, and what was assumed or derived instead.
    INCOMPLETE = "standard.incomplete",
        "The file lacks something that this kind of work usually has, such as the crop, a rate, the moisture or the working width. Tramline converted it anyway.",
        "Follow the hint: it names the options and exports that supply what is missing.";
    DERIVED = "standard.derived",
        "The file does not have these properties in some or all points. Tramline computed them from other columns, such as the distance from the positions.",
        "Nothing needs doing. Export the properties from the display or its software if it has measured them.";
    UNIT_ASSUMED = "standard.unit-assumed",
        "The file does not state the unit of a column, so Tramline assumed the usual one.",
        "Compare a few values with the display. If a unit is wrong, give it with `--column TITLE=PROPERTY:UNIT`.";
    UNIT_REFUSED = "standard.unit-refused",
        "A column has a unit that cannot belong to its property, such as kilograms for a distance. The column is not used.",
        "Give the correct meaning and unit of the column with `--column TITLE=PROPERTY:UNIT`.";
    TARGET_STANDS = "standard.target-stands",
        "The file has a target rate and no measured rate. The target rate is used as the applied rate, so the totals are those that were planned.",
        "Export the data with the applied rate if the machine measured it.";
    WIDTH_MISSING = "standard.width-missing",
        "The file has neither a working width nor an area for its points, so there are no areas and no totals that depend on them.",
        "Give the working width with `--width METRES`.";
    ELEVATION_MISSING = "standard.elevation-missing",
        "No point of the file has an elevation.",
        "Nothing needs doing. Export the data with elevation if you need it.";
    CROP_UNKNOWN = "standard.crop-unknown",
        "The file names a crop that is not in Tramline's table of crops, so that its bushel weight and standard moisture are not known.",
        "Give the crop by a name from docs/crops.md with `--crop NAME`.";
    CROP_MISSING = "standard.crop-missing",
        "Some harvest points do not name a crop. Without one no volumes and no dry values can be derived.",
        "Give the crop with `--crop NAME`.";
    MOISTURE_MISSING = "standard.moisture-missing",
        "Some harvest points have a mass but no moisture, so their dry mass cannot be computed.",
        "Export the data with moisture if the combine measured it.";
    MOISTURE_STANDARD_UNKNOWN = "standard.moisture-standard-unknown",
        "Tramline knows no standard moisture for the crop, so that dry values are the same as wet values.",
        "Set the standard moisture of the crop with `cropNumbers` in the configuration if dry values matter.";
    TEST_WEIGHT_UNKNOWN = "standard.test-weight-unknown",
        "Tramline knows no bushel weight for the crop, so it cannot convert between mass and volume.",
        "Set the test weight of the crop with `cropNumbers` in the configuration if volumes matter.";
    DRY_CAPPED = "standard.dry-capped",
        "Some points are drier than the standard moisture of the crop. Their dry mass is limited to their wet mass.",
        "Nothing needs doing. Set `capDryMass` to false if the dry mass may exceed the wet mass.";
    PRODUCT_RATE_UNKNOWN = "standard.product-rate-unknown",
        "Several products were applied together, and the file does not state the rate of each, so that their shares of the mix are not known.",
        "Take the rates from the mix plan. Nothing needs doing if the total rate is enough.";
    CLEANUP_RULE_UNKNOWN = "standard.cleanup-rule-unknown",
        "The configuration has cleanup rules for a property that Tramline does not know. These rules have no effect.",
        "Check the spelling of the property in `cleanupRules`.";

    // The way of the machine.
    GAPS = "standard.gaps",
        "Some points follow a gap, a pause or a jump in the log. Their distance is computed from speed and time or from the usual step, or they have none.",
        "If many points are affected, check whether records are missing, or whether several machines or sections share the file. Export with distance if you can.";
    UNORDERED = "standard.unordered",
        "The points are not in the order in which the machine drove and have no distance. Distance, speed and area cannot be derived from them.",
        "Export the points in the order in which they were logged, or with distance or area.";
    DISTANCE_SENSOR = "standard.distance-sensor",
        "The logged distance differs from the positions on straight stretches, as with wheel slip or a distance sensor that was not calibrated. Areas are off by as much; nothing was changed.",
        "Calibrate the distance sensor of the machine, or take speed and distance from its receiver.";

    // Whether numbers can be true.
    VALUE_ABSENT = "standard.value-absent",
        "Some values cannot occur, or are codes for \"no value\", such as 0 % moisture in grain. These values are left out; the points are kept.",
        "Nothing needs doing for a few values. If it is a large share, check the sensor and the unit of the column.";
    RESULT = "plausible.*",
        "A result of the whole file, such as its mean yield, is impossible for this work, crop or product. Most often a unit is wrong, or a value was entered wrongly on the display.",
        "Do not use the result. Give the unit of the column with `--column TITLE=PROPERTY:UNIT`, or check what was set on the display.";
    UNIT = "plausible.*-unit",
        "Two quantities in the file contradict each other by exactly the factor between two units, so that one column is probably in another unit. Nothing was changed.",
        "Check the unit of the column and give it with `--column TITLE=PROPERTY:UNIT`.";
    TARGET = "plausible.*-target",
        "The logged rate is more than twenty times larger or smaller than the target rate, so one of them cannot be true. Nothing was changed.",
        "Compare with the total on the display, and do not use the rate if they differ.";
    OVERLAID = "plausible.overlaid",
        "The rows add up to much more area than the ground that they cover. The file may hold rows twice, several rows for each place, or rows that are not in the order of the drive.",
        "Compare the totals with the display, and export each pass once and in the order of the drive.";
    DISPLAY_TOTAL = "summary.display-total",
        "A total that the display stored differs from the sum over the points by 2 % or more. The text names the likely reason.",
        "Check which points were dropped, and compare the working width with the machine.";

    // The filter.
    LAG_APPLIED = "filter.lag-applied",
        "The combine measures the crop some seconds after cutting it. The yields of the filtered points were moved back to where the crop was cut.",
        "Nothing needs doing. `lag` in `filterParameters` switches this off or sets the seconds.";
    FELL_BACK = "filter.fell-back",
        "The chosen filter profile would have dropped more than half of the points. The profile `compat` was used instead.",
        "Look at the dropped points of the chosen profile on a part of the data, or keep `compat` for this file.";
    SPARED = "filter.spared",
        "In some hectares more than two fifths of the points differ from their neighbours. This may be real, so the filter left these points in.",
        "Look at these places on the map.";
}

/// A number as a value of a finding: six digits that count, so that every reader gets the same number.
pub(crate) fn number(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// Worth knowing; nothing was lost.
pub fn note(code: &'static Code, place: &Place, text: impl Into<String>) -> Finding {
    Finding::new(code, Severity::Note, place.clone(), text)
}

/// Something was assumed, left out or repaired.
pub fn warning(code: &'static Code, place: &Place, text: impl Into<String>) -> Finding {
    Finding::new(code, Severity::Warning, place.clone(), text)
}

/// A finding of a code whose `*` stands for `name`.
pub(crate) fn named(mut finding: Finding, name: &str) -> Finding {
    finding.code = Cow::Owned(finding.code.replacen('*', name, 1));
    finding
}

/// All codes that a report can have: those of the formats, and those noticed here.
pub fn finding_codes() -> Vec<&'static Code> {
    let mut codes = tramline_formats::findings::codes();
    codes.extend(CODES);
    codes
}
