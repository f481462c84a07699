//! The table of titles: what the exports of displays and desktop programs call a quantity.
//!
//! Evidence: public exports; `docs/formats/shapefile.md` and `docs/formats/text.md` tell which.
//! Rule: titles are normalised (lower case, letters and digits only); the order of the table is
//! the order of preference when two columns of one file give the same property.

use tramline_model::Property::{self, *};

/// Where the unit of a column comes from when the file does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitRule {
    /// Text, integers, instants.
    None,
    /// The title or the family of exports fixes the unit.
    Fixed(&'static str),
    /// The dictionary's assumption, whatever else the file says.
    Assumed(&'static str),
    /// By the system of units that the whole set of titles shows: US, metric.
    System(&'static str, &'static str),
}

/// Titles of one property and unit rule.
pub(super) struct Row {
    pub(super) property: Property,
    pub(super) rule: UnitRule,
    pub(super) titles: &'static [&'static str],
}

use UnitRule::{Assumed, Fixed, System};

const fn row(property: Property, rule: UnitRule, titles: &'static [&'static str]) -> Row {
    Row {
        property,
        rule,
        titles,
    }
}

/// Titles whose meaning does not hang on the family of exports. Earlier rows win.
pub(super) static GENERAL: &[Row] = &[
    row(
        Longitude,
        Fixed("arcdeg"),
        &[
            "longitude",
            "lon",
            "long",
            "lng",
            "londeg",
            "longitudedeg",
            "gpslongitude",
            "londd",
            "xlongitude",
            "longitud",
            "longitudewgs84",
        ],
    ),
    row(
        Latitude,
        Fixed("arcdeg"),
        &[
            "latitude",
            "lat",
            "latdeg",
            "latitudedeg",
            "gpslatitude",
            "latdd",
            "ylatitude",
            "latitud",
            "latitudewgs84",
        ],
    ),
    row(
        Timestamp,
        UnitRule::None,
        &[
            "isotime",
            "timestamp",
            "datetime",
            "datetim",
            "datetimeutc",
            "timestamputc",
            "gpstimestamp",
            "utcdatetime",
            "ts",
            "gpstime",
            "gpstim",
            "datestamp",
        ],
    ),
    row(
        Distance,
        Fixed("ft"),
        &["distancef", "distanceft", "distft", "dstncf"],
    ),
    row(Distance, Fixed("m"), &["distancem", "distm", "dstncm"]),
    row(Distance, Fixed("in"), &["distin", "distancein"]),
    row(Distance, Assumed("in"), &["dist"]),
    row(
        Distance,
        System("ft", "m"),
        &[
            "distance",
            "distanc",
            "dstnc",
            "calcdist",
            "vrdistancetraveled",
        ],
    ),
    row(
        Heading,
        Fixed("arcdeg"),
        &[
            "heading",
            "headingd",
            "headingdeg",
            "trckd",
            "trackdeg",
            "track",
            "bearing",
            "vrheading",
            "cog",
            "hdngdg",
            "course",
            "pistedeg",
            "piste",
            "direction",
        ],
    ),
    row(
        Speed,
        Fixed("mi/hr"),
        &["speedmph", "vehiclespeedmph", "spdmp"],
    ),
    row(
        Speed,
        Fixed("km/hr"),
        &["speedkmh", "vitessekm", "vitessekmh", "speedkph", "spdkm"],
    ),
    row(Speed, Fixed("m/s"), &["speedms", "speedmps"]),
    row(
        Speed,
        System("mi/hr", "km/hr"),
        &[
            "speed",
            "vehiclspeed",
            "vehiclespeed",
            "averagespeed",
            "vrvehiclespeed",
            "speeduom",
            "sod",
            "groundspeed",
        ],
    ),
    row(
        Elevation,
        Fixed("m"),
        &["elevm", "elevationm", "zmetrs", "altitudem", "zm"],
    ),
    row(
        Elevation,
        Fixed("ft"),
        &["elevft", "elevationft", "altitudeft"],
    ),
    row(
        Elevation,
        System("ft", "m"),
        &[
            "elevation",
            "altitude",
            "elevatio",
            "elevatn",
            "elevtn",
            "elev",
            "vrelevation",
            "elevationuom",
            "height",
            "alt",
        ],
    ),
    row(
        EquipmentWidth,
        Fixed("in"),
        &["swathin", "swawdin", "swthwin"],
    ),
    row(
        EquipmentWidth,
        Fixed("m"),
        &["swathm", "swathwidthm", "widthm"],
    ),
    row(
        EquipmentWidth,
        Fixed("ft"),
        &["swathft", "swathwidthft", "widthft"],
    ),
    row(
        EquipmentWidth,
        System("ft", "m"),
        &[
            "swthwdth",
            "swthw",
            "swathwidth",
            "swathwidt",
            "swathwi",
            "swathwid",
            "mainswathwidth",
            "equipmentwidth",
            "vrequipmentwidth",
            "width",
            "segmentwidthuom",
            "largeurde",
            "largeur",
            "rowwidth",
            "swath",
        ],
    ),
    row(
        Area,
        System("ac", "ha"),
        &["area", "fieldar", "vrdeltaarea", "deltaarea", "areauom"],
    ),
    row(Area, Fixed("ac"), &["areaac"]),
    row(Area, Fixed("ha"), &["areaha"]),
    row(Area, Fixed("m2"), &["aream2"]),
    row(
        RecordingStatus,
        UnitRule::None,
        &[
            "recordingstatus",
            "dtrecordingstatus",
            "areacount",
            "arecnt",
            "headstatus",
            "headerstatus",
            "workstatus",
            "inwork",
            "hdr",
            "workstate",
        ],
    ),
    row(
        SectionId,
        UnitRule::None,
        &["sectionid", "section", "segmentid"],
    ),
    row(
        SamplingInterval,
        Fixed("s"),
        &[
            "samplinginterval",
            "durations",
            "durtns",
            "duration",
            "calcdur",
            "dursec",
            "cycles",
            "cycle",
            "seconds",
            "interval",
            "dt",
        ],
    ),
    row(
        Machinery,
        UnitRule::None,
        &["machinery", "machine", "vehiclesuid", "machinename"],
    ),
    row(
        Crop,
        UnitRule::None,
        &[
            "crop",
            "croptype",
            "cropnm",
            "cropname",
            "productcroptype",
            "cropid",
            "vreiccropid",
            "productpr",
            "grain",
            "culture",
        ],
    ),
    row(
        Variety,
        UnitRule::None,
        &["variety", "varietyname", "productna", "hybrid", "variete"],
    ),
    row(
        Product,
        UnitRule::None,
        &["product", "products", "productname"],
    ),
    row(YOffset, Fixed("ft"), &["yoffsetf"]),
    row(YOffset, Fixed("m"), &["yoffsetm"]),
    row(YOffset, System("ft", "m"), &["yoffset"]),
    row(
        HarvestMoisture,
        Fixed("prcnt"),
        &[
            "moisture",
            "moistur",
            "mostr",
            "moist",
            "harvestmoisture",
            "harvestm",
            "vrharvestmoisture",
            "cropmoisture",
            "automoisturecontent",
            "013a",
            "humidite",
            "grainmoisture",
            "moisturepct",
        ],
    ),
    row(
        ProteinPercentage,
        Fixed("prcnt"),
        &[
            "proteinpercentage",
            "protein",
            "vrconstituentproteinsolubility",
            "proteinpct",
            "prtn",
        ],
    ),
    row(
        CropFlow,
        Fixed("lb/s"),
        &["flwlbs", "flowlbs", "massflowlbs"],
    ),
    row(CropFlow, System("lb/s", "t/h"), &["cropflwm", "crpflwm"]),
    row(
        CropFlow,
        System("lb/s", "kg/s"),
        &[
            "cropflow",
            "massflow",
            "productflow",
            "grainflow",
            "vryieldwetmassflow",
            "flow",
            "flowrate",
        ],
    ),
    row(
        WetMassPerArea,
        System("lb/ac", "t/ha"),
        &[
            "yldmasswet",
            "yldmassw",
            "yldmssw",
            "yieldmass",
            "wetmassperarea",
            "vryieldwetmassperarea",
            "vryldrcane",
            "yldmasswe",
            "massyield",
        ],
    ),
    row(
        DryMassPerArea,
        System("lb/ac", "t/ha"),
        &[
            "yldmassdry",
            "yldmassd",
            "yldmssd",
            "drymassperarea",
            "yldmassdr",
            "yieldmas",
            "rendmasss",
        ],
    ),
    row(DryMassPerArea, Fixed("kg/ha"), &["yieldkgha"]),
    row(DryMassPerArea, Fixed("t/ha"), &["yieldtha", "dryyieldtha"]),
    row(
        WetVolumePerArea,
        Assumed("bu/ac"),
        &[
            "yldvolwet",
            "yldvolwe",
            "yldvlw",
            "yieldwet",
            "wetyield",
            "wetvolumeperarea",
            "rendvolh",
            "vryieldwetvolumeperarea",
        ],
    ),
    row(DryVolumePerArea, Fixed("bu/ac"), &["drybuac", "yieldbuac"]),
    row(
        DryVolumePerArea,
        Assumed("bu/ac"),
        &[
            "vryieldvol",
            "yldvoldry",
            "yldvoldr",
            "yldvld",
            "dryvolumeperarea",
            "vryieldvolumeperarea",
            "rendvols",
            "dryyield",
            "yielddry",
        ],
    ),
    row(
        WetMass,
        System("lb", "kg"),
        &["wetmass", "harvestwe", "vryieldwetmass", "deltagrain"],
    ),
    row(
        DryMass,
        System("lb", "kg"),
        &["drymass", "vryieldmass", "vryieldmas"],
    ),
    row(WetVolume, System("bu", "m3"), &["wetvolume"]),
    row(DryVolume, System("bu", "m3"), &["dryvolume"]),
    row(
        SeedRate,
        System("ksds/ac", "seeds/ha"),
        &["rtapdct", "plantpop"],
    ),
    row(
        SeedRate,
        System("seeds/ac", "seeds/ha"),
        &[
            "seedrate",
            "seedrateactual",
            "amountperacuom",
            "amntperac",
            "seedcount",
            "seedcnt",
            "aveseeds",
            "vrseedrateseedsactual",
            "vrseedrate",
            "seedmonpoprate",
            "population",
        ],
    ),
    row(SeedRateTarget, Fixed("ksds/ac"), &["tgtrateksdsac"]),
    row(
        SeedRateTarget,
        System("seeds/ac", "seeds/ha"),
        &[
            "seedratetarget",
            "vrseedrateseedstarget",
            "targetperacuom",
            "targetpera",
            "tgtseed",
        ],
    ),
    row(
        Singulation,
        Fixed("prcnt"),
        &["singulation", "vrplantingsingulation"],
    ),
    row(Skips, Fixed("prcnt"), &["skips"]),
    row(Doubles, Fixed("prcnt"), &["doubles"]),
    row(
        DownForce,
        Assumed("lbf"),
        &["downforce", "downforceuom", "vrdownforceapplied"],
    ),
    row(
        DownForceMargin,
        Assumed("lbf"),
        &["downforcemargin", "vrdownforcemargin"],
    ),
    row(
        GroundContact,
        Fixed("prcnt"),
        &["groundcontact", "vrgroundcontact"],
    ),
    row(
        RideQuality,
        Fixed("prcnt"),
        &["ridequality", "vrridequality"],
    ),
    row(SpacingVariation, Fixed("prcnt"), &["spacingvariation"]),
    row(
        SeedSpacing,
        System("in", "cm"),
        &["seedspacing", "seedspace"],
    ),
    row(
        SeedDepth,
        System("in", "cm"),
        &["seeddepth", "plantingdepth"],
    ),
    row(
        AppliedRate,
        System("gal/ac", "L/ha"),
        &[
            "rtapdliq",
            "liqrtga",
            "vrapprateval",
            "vrappratev",
            "vrappratevolumeactual",
            "volumeareaact",
        ],
    ),
    row(
        AppliedRate,
        System("lb/ac", "kg/ha"),
        &[
            "rtapdms",
            "applicationmass",
            "rateappld",
            "rateappli",
            "ratemonta",
            "vrappratem",
        ],
    ),
    row(
        AppliedRateTarget,
        System("gal/ac", "L/ha"),
        &[
            "tgtrateg",
            "tgtrtliqga",
            "vrappratevolumetarget",
            "vrappratevolumesetpoint",
            "tgtrateliq",
        ],
    ),
    row(
        AppliedRateTarget,
        System("lb/ac", "L/ha"),
        &["tgtratel", "ntgtt"],
    ),
    row(
        TillageDepthActual,
        System("in", "cm"),
        &[
            "tillagedepthactual",
            "vrtillagedepthactual",
            "appldepth",
            "tillagedepth",
        ],
    ),
    row(
        TillageDepthTarget,
        System("in", "cm"),
        &["tillagedepthtarget", "vrtillagedepthtarget", "trgtdepth"],
    ),
    row(TillType, UnitRule::None, &["tilltype", "tillagetype"]),
    row(FuelUsed, System("gal", "L"), &["fuelused", "fuel"]),
    row(
        FuelRate,
        System("gal/h", "L/h"),
        &["fuelrate", "fuelflow", "vrfuelrateperhour"],
    ),
];

/// SMS "template 1": the export's fixed units (names say none).
pub(super) static TEMPLATE_1: &[Row] = &[
    row(Timestamp, UnitRule::None, &["time"]),
    row(CropFlow, Fixed("lb/s"), &["flow"]),
    row(SamplingInterval, Fixed("s"), &["cycles"]),
    row(Distance, Fixed("in"), &["distance"]),
    row(EquipmentWidth, Fixed("in"), &["swath"]),
    row(RecordingStatus, UnitRule::None, &["status"]),
    row(Elevation, Fixed("ft"), &["altitude"]),
    row(Speed, Fixed("mi/hr"), &["speed"]),
];

/// Deere Operations Center: the US units of the exports seen, when the json is missing.
pub(super) static DEERE: &[Row] = &[
    row(WetMassPerArea, Assumed("lb/ac"), &["wetmass"]),
    row(DryMassPerArea, Assumed("lb/ac"), &["vryieldmas"]),
    row(Distance, Assumed("ft"), &["distance", "distanc", "distan"]),
    row(
        EquipmentWidth,
        Assumed("ft"),
        &["swathwidth", "swathwi", "swathwd"],
    ),
    row(
        Elevation,
        Assumed("ft"),
        &["elevation", "elevatio", "elevatn"],
    ),
    row(
        Speed,
        Assumed("mi/hr"),
        &["vehiclspeed", "vehiclspee", "vhclspd"],
    ),
];

/// USDA Yield Editor.
pub(super) static YIELD_EDITOR: &[Row] = &[
    row(DryVolumePerArea, Fixed("bu/ac"), &["yield"]),
    row(EquipmentWidth, Fixed("in"), &["swthw"]),
];

/// `agridat` column names with the units of its help page.
pub(super) static AGRIDAT: &[Row] = &[
    row(CropFlow, Assumed("lb/s"), &["mass"]),
    row(Distance, Assumed("in"), &["dist"]),
    row(Elevation, Assumed("ft"), &["elev"]),
];
