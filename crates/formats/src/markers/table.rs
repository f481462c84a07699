//! The known formats that are not read. Evidence for names and magics: public help pages of the
//! makers and card managers, the file requirements of the upload API that we are compatible with,
//! and the MIT-licensed sample cards of John Deere. All patterns are in lower case.

use super::agdata;
use crate::claim::Confidence;
use crate::source::{EntryId, Tree};
use tramline_model::Provider;

/// One format: how it is found and what is said of it.
pub(super) struct Marker {
    /// The API's `fileFormat` code, or our own addition in its style.
    pub code: &'static str,
    pub provider: Provider,
    /// Format and maker, for people.
    pub what: &'static str,
    pub find: Find,
    pub say: Say,
    pub confidence: Confidence,
    /// Tells what is in a file, in words.
    pub look: Option<fn(&Tree, EntryId) -> Option<String>>,
}

/// Patterns are names with `*`, `?` and `#` (a digit).
pub(super) enum Find {
    /// All files below the outermost folder of one of these names, if one of `marks` is among
    /// them and none of `unless`.
    Below {
        folders: &'static [&'static str],
        marks: &'static [&'static str],
        unless: &'static [&'static str],
    },
    /// Files of one folder that match `marks`, and those of `sides` with them. `magic` tells a
    /// real one by its first 256 bytes.
    Files {
        marks: &'static [&'static str],
        sides: &'static [&'static str],
        magic: Option<fn(&[u8]) -> bool>,
    },
    /// Files that begin with these bytes, whatever their name, and those of `sides` with them.
    Begins {
        bytes: &'static [u8],
        sides: &'static [&'static str],
    },
}

/// What is said of a found dataset.
pub(super) enum Say {
    /// Logs that nobody reads openly; the export that helps.
    Closed(&'static str),
    /// No logs in it; why.
    NoData(&'static str),
}

use Confidence::{Card, Certain, Content, Name};
use Find::{Begins, Below, Files};
use Provider::{
    AgLeader, ClimateFieldView, Cnhi, JohnDeere, Other, PrecisionPlanting, RavenSlingshot, Trimble,
};
use Say::{Closed, NoData};

const SETUP: &str = "setup only: clients, farms, fields and guidance (logs are read apart)";
const SMS: &str = "load it in SMS or AgFiniti and export a shapefile or Advanced text; or switch on the ISO XML export in the settings of the display and send the TASKDATA that it writes";
const SMS_ONLY: &str = "load it in SMS and export a shapefile or Advanced text";
const CNH: &str = "export it from FieldOps, AFS Connect or MyPLM (or the desktop program) as shapefile; or set the task controller of the display (Pro 700, IntelliView IV, software 31.31 and newer) to \"ISOBUS data format\" and send the TASKDATA that it writes";
const CNH_ONLY: &str = "load it in the maker's desktop program and export a shapefile";
const TRIMBLE: &str = "export it from the Trimble software as shapefile; or on a Precision-IQ display choose \"Copy As\" when you copy the data and take shapefiles or ISOXML, or send the AgGPS folder if the display writes one";
const FIELDVIEW: &str =
    "export it from FieldView (or a program that reads it, such as SMS) as shapefile";
const PANORAMA: &str = "export it from the 20/20 or Panorama as shapefile or text";
const RAVEN: &str = "send the FMIS export (a .jdp.zip with XML and .tab files) or ISOXML, or export a shapefile from Slingshot";
const OLD: &str =
    "load it in the maker's or a farm management program and export a shapefile or text";

const fn below(folders: &'static [&'static str], marks: &'static [&'static str]) -> Find {
    Below {
        folders,
        marks,
        unless: &[],
    }
}

const fn files(marks: &'static [&'static str], sides: &'static [&'static str]) -> Find {
    Files {
        marks,
        sides,
        magic: None,
    }
}

const fn marker(
    code: &'static str,
    provider: Provider,
    what: &'static str,
    find: Find,
    say: Say,
    confidence: Confidence,
) -> Marker {
    Marker {
        code,
        provider,
        what,
        find,
        say,
        confidence,
        look: None,
    }
}

const fn looked_into(marker: Marker, look: fn(&Tree, EntryId) -> Option<String>) -> Marker {
    Marker {
        look: Some(look),
        ..marker
    }
}

/// Logs that turn out to be zips are unfolded: then the folder has the log's name. What is open in
/// them goes to its reader.
const fn unfolded(folders: &'static [&'static str]) -> Find {
    Below {
        folders,
        marks: &["*"],
        unless: &["taskdata.xml", "jobdata.xml", "*.shp"],
    }
}

/// In order: an entry belongs to the first that finds it.
pub(super) static MARKERS: &[Marker] = &[
    marker(
        "CN1",
        Cnhi,
        "Case IH / New Holland Voyager 2 card (CN1)",
        below(
            &["*.cn1"],
            &[
                "*.vy1",
                "*.fmd",
                "*.fms",
                "*.fld",
                "growers.gws",
                "producers.pds",
            ],
        ),
        Closed(CNH),
        Card,
    ),
    marker(
        "CN1",
        Cnhi,
        "Case IH / New Holland Voyager 2 card (CN1)",
        files(
            &["index.vy1", "*.vy1"],
            &["growers.gws", "producers.pds", "*.fmd", "*.fms", "*.fld"],
        ),
        Closed(CNH),
        Content,
    ),
    marker(
        "CNH",
        Cnhi,
        "Case IH / New Holland Voyager 1 log (.cnh)",
        files(&["*.cnh"], &[]),
        Closed(CNH_ONLY),
        Name,
    ),
    // John Deere.
    marker(
        "GEN4",
        JohnDeere,
        "John Deere display card",
        below(&["jd-data", "jd4600", "jd4640"], &["*"]),
        NoData(SETUP),
        Certain,
    ),
    marker(
        "GS3",
        JohnDeere,
        "John Deere GreenStar card",
        below(&["gs3_2630"], &["*"]),
        NoData(SETUP),
        Certain,
    ),
    marker(
        "GS3",
        JohnDeere,
        "John Deere GreenStar setup (setup.fds)",
        below(
            &["rcd"],
            &["*.fds", "global.ver", "*.fdshape", "*.spatialcatalog"],
        ),
        NoData(SETUP),
        Certain,
    ),
    marker(
        "GS3",
        JohnDeere,
        "John Deere GreenStar setup (setup.fds)",
        files(
            &["*.fds", "*.fdshape", "*.spatialcatalog"],
            &["global.ver", "*.fddata"],
        ),
        NoData(SETUP),
        Name,
    ),
    marker(
        "GSD",
        JohnDeere,
        "John Deere GreenStar GSD card (pfdata)",
        below(&["pfdata"], &["*"]),
        Closed("export it from Apex or Operations Center as shapefile"),
        Content,
    ),
    marker(
        "GSD",
        JohnDeere,
        "John Deere GreenStar card file (GSD / GSY)",
        files(&["*.gsd", "*.gsy", "cl0?????.*"], &[]),
        Closed("export it from Apex or Operations Center as shapefile"),
        Name,
    ),
    // Ag Leader.
    looked_into(
        marker(
            "AGDATA",
            AgLeader,
            "Ag Leader InCommand, Integra or Versa log (.agdata)",
            Begins {
                bytes: agdata::BEGINNING,
                sides: &["*.agsetup"],
            },
            Closed(SMS),
            Content,
        ),
        agdata::members,
    ),
    marker(
        "AGDATA",
        AgLeader,
        "Ag Leader InCommand, Integra or Versa log (.agdata)",
        files(&["*.agdata"], &["*.agsetup"]),
        Closed(SMS),
        Content,
    ),
    marker(
        "AGDATA",
        AgLeader,
        "Ag Leader setup (.agsetup)",
        files(&["*.agsetup"], &[]),
        NoData("setup only: the log (.agdata) that belongs to it is missing"),
        Name,
    ),
    marker(
        "ILF",
        AgLeader,
        "Ag Leader Insight or Edge log (.ilf)",
        files(&["*.ilf"], &[]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "YLD",
        Other,
        "Ag Leader or LH 665 (LH Agro, TeeJet) log (.yld)",
        files(&["########.yld"], &["*.bdy", "*.tgt", "*.pfn", "*.pfc"]),
        Closed(
            "if the monitor is by Ag Leader, load it in SMS and export a shapefile or Advanced text; \
             if it is an LH 665, load it in the program that came with it and export a text with positions",
        ),
        Name,
    ),
    marker(
        "YLD",
        AgLeader,
        "Ag Leader PF3000 or YM2000 log (.yld)",
        files(&["*.yld"], &["*.pfc"]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "YLD",
        AgLeader,
        "Ag Leader coverage map (.pfc)",
        files(&["*.pfc"], &[]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "YLD",
        AgLeader,
        "log of an older Ag Leader monitor",
        files(&["*.pat", "*.iby", "*.irx", "*.msf"], &["*.ref"]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "XPT",
        AgLeader,
        "SMS export template (.xpt)",
        files(&["*.xpt"], &[]),
        NoData("a setting of the SMS program, it holds no field data"),
        Name,
    ),
    // Climate and Precision Planting.
    marker(
        "DAT",
        ClimateFieldView,
        "Climate FieldView / Precision Planting log (.dat)",
        files(
            &["harvest_*.dat", "field_map_*.dat", "liquid_map_*.dat"],
            &[],
        ),
        Closed(FIELDVIEW),
        Content,
    ),
    marker(
        "PP2020",
        PrecisionPlanting,
        "Precision Planting 20/20 log (.2020)",
        files(&["*.2020"], &[]),
        Closed(PANORAMA),
        Name,
    ),
    // Trimble.
    marker(
        "TRIMBLE",
        Trimble,
        "Trimble AgData card",
        below(
            &["agdata"],
            &["*.agf", "*.agt", "*.agi", "*.agv", "*.agu", "*.agm"],
        ),
        Closed(TRIMBLE),
        Certain,
    ),
    marker(
        "TRIMBLE",
        Trimble,
        "Trimble AgData file",
        files(&["*.agf", "*.agt"], &["*.agi", "*.agv", "*.agu", "*.agm"]),
        Closed(TRIMBLE),
        Name,
    ),
    marker(
        "AGGPS",
        Trimble,
        "Trimble AgGPS card without shapefiles",
        Below {
            folders: &["aggps"],
            marks: &["*"],
            unless: &["*.shp"],
        },
        NoData("no coverage in it: the events hold no shapefile"),
        Certain,
    ),
    // Raven.
    marker(
        "JDP",
        RavenSlingshot,
        "Raven job whose .jdf is not that of a Viper 4",
        files(&["*.jdf", "*.jhf"], &["ddop.xml", "*.ab", "*.id", "*.sct"]),
        Closed(RAVEN),
        Content,
    ),
    marker(
        "JDP",
        RavenSlingshot,
        "Raven job (.jdp)",
        files(&["*.jdp"], &[]),
        Closed(RAVEN),
        Name,
    ),
    marker(
        "RBIN",
        RavenSlingshot,
        "Raven log (.rbin)",
        files(&["*.rbin", "*.ssa"], &[]),
        Closed(RAVEN),
        Name,
    ),
    marker(
        "AGDATA",
        AgLeader,
        "Ag Leader InCommand, Integra or Versa log (.agdata)",
        unfolded(&["*.agdata"]),
        Closed(SMS),
        Name,
    ),
    marker(
        "ILF",
        AgLeader,
        "Ag Leader Insight or Edge log (.ilf)",
        unfolded(&["*.ilf"]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "YLD",
        AgLeader,
        "Ag Leader PF3000 or YM2000 log (.yld)",
        unfolded(&["*.yld"]),
        Closed(SMS_ONLY),
        Name,
    ),
    marker(
        "PP2020",
        PrecisionPlanting,
        "Precision Planting 20/20 log (.2020)",
        unfolded(&["*.2020"]),
        Closed(PANORAMA),
        Name,
    ),
    marker(
        "JDP",
        RavenSlingshot,
        "Raven job (.jdp)",
        unfolded(&["*.jdp"]),
        Closed(RAVEN),
        Name,
    ),
    // Others.
    marker(
        "CLAAS",
        Other,
        "track of a CLAAS terminal (TASK-n.CM)",
        files(&["task-#*.cm"], &[]),
        NoData(
            "positions without values or times, and the TASKDATA.XML that belongs to it is missing; for \
             yields and rates, export the task with its time logs (TLG files) or from CLAAS connect",
        ),
        Name,
    ),
    marker(
        "TEEJET",
        Other,
        "TeeJet Fieldware job",
        files(
            &["*.gmf", "*.gln", "*.arm", "*.spt"],
            &["*.bnd", "*.rcd", "*.rpt"],
        ),
        Closed(OLD),
        Name,
    ),
    marker(
        "OUTBACK",
        Other,
        "Outback / Hemisphere S3 job",
        below(&["s3jobs"], &["*.log"]),
        Closed(OLD),
        Content,
    ),
    marker(
        "RDS",
        Other,
        "RDS / Loup monitor log (.tem)",
        files(&["*.tem"], &["*.x??"]),
        Closed(OLD),
        Name,
    ),
    marker(
        "FALCON",
        Other,
        "Ag-Chem Falcon report (.rpt)",
        files(&["*.rpt"], &[]),
        Closed(OLD),
        Name,
    ),
    marker(
        "FIELDSTAR",
        Other,
        "FIELDSTAR log (AGCO)",
        files(&["*.fsb", "*.fsa", "*.lsi"], &[]),
        Closed(OLD),
        Name,
    ),
    marker(
        "AGROCOM",
        Other,
        "AGROCOM log (.anl)",
        files(&["*.anl"], &[]),
        Closed(OLD),
        Name,
    ),
];

/// Every code of the table once.
pub(super) const CODES: &[&str] = &[
    "CN1",
    "CNH",
    "GEN4",
    "GS3",
    "GSD",
    "AGDATA",
    "ILF",
    "YLD",
    "XPT",
    "DAT",
    "DATCLIMATE",
    "PP2020",
    "TRIMBLE",
    "AGGPS",
    "JDP",
    "RBIN",
    "TEEJET",
    "OUTBACK",
    "RDS",
    "FALCON",
    "FIELDSTAR",
    "AGROCOM",
    "CLAAS",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_table_answers_to_a_hint() {
        for marker in MARKERS {
            assert!(CODES.contains(&marker.code), "{}", marker.code);
        }
    }
}
