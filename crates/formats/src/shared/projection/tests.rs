//! Every kind of `.prj` of the corpus and the usual ones of other countries, against coordinates
//! computed by hand with PROJ (`pyproj` 3.7).

use super::*;

fn place() -> Place {
    Place::entry("a.prj")
}

/// WKT, and x, y, longitude, latitude.
type Case = (&'static str, &'static [(f64, f64, f64, f64)]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (
        r#"PROJCS["WGS_1984_UTM_Zone_14N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-99.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 5100203.173, -97.18003739866, 46.04091083710), (280000.0, 4600000.5, -101.63666089616, 41.52143224959), (500000.0, 6000000.0, -99.00000000000, 54.14810410387)],
    ),
    (
        r#"PROJCS["NAD_1983_UTM_Zone_15N",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-93.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 5100203.173, -91.18003739864, 46.04091083819), (280000.0, 4600000.5, -95.63666089618, 41.52143225064), (500000.0, 6000000.0, -93.00000000000, 54.14810410499)],
    ),
    (
        r#"PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",9.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 5100203.173, 10.81996260136, 46.04091083819), (280000.0, 4600000.5, 6.36333910382, 41.52143225064), (500000.0, 6000000.0, 9.00000000000, 54.14810410499)],
    ),
    (
        r#"PROJCS["WGS_1984_UTM_Zone_20S",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",-63.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 6100203.173, -61.45249902115, -35.23135209879), (280000.0, 5600000.5, -65.56677234947, -39.72151782669)],
    ),
    (
        r#"PROJCS["RGF_1993_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]"#,
        &[(652469.0, 6862035.3, 2.35219968597, 48.85660036326), (900000.0, 6300000.0, 5.48399109530, 43.77070529767)],
    ),
    (
        r#"PROJCS["GDA_1994_MGA_Zone_55",GEOGCS["GCS_GDA_1994",DATUM["D_GDA_1994",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",147.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 6100203.173, 148.54750097886, -35.23135209975)],
    ),
    (
        r#"PROJCS["NAD_1983_StatePlane_Illinois_East_FIPS_1201_Feet",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",984250.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-88.3333333333333],PARAMETER["Scale_Factor",0.999975],PARAMETER["Latitude_Of_Origin",36.6666666666667],UNIT["US survey foot",0.304800609601219]]"#,
        &[(1176000.5, 1900000.25, -87.62919533949, 41.88096505387), (1000000.0, 1500000.0, -88.27645777898, 40.78529813712)],
    ),
    (
        r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#,
        &[(-10386546.1, 5112345.7, -93.30393110842, 41.67450373341)],
    ),
    (
        r#"PROJCS["ETRS_1989_LAEA",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Azimuthal_Equal_Area"],PARAMETER["False_Easting",4321000.0],PARAMETER["False_Northing",3210000.0],PARAMETER["Central_Meridian",10.0],PARAMETER["Latitude_Of_Origin",52.0],UNIT["Meter",1.0]]"#,
        &[(4321000.0, 3210000.0, 10.00000000000, 52.00000000000), (4100000.5, 2900000.5, 6.96903604008, 49.17212137347)],
    ),
    (
        r#"PROJCS["WGS 84 / UTM zone 15N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-93],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","32615"]]"#,
        &[(640819.191, 5100203.173, -91.18003739866, 46.04091083710), (280000.0, 4600000.5, -95.63666089616, 41.52143224959), (500000.0, 6000000.0, -93.00000000000, 54.14810410387)],
    ),
    (
        r#"PROJCRS["WGS 84 / UTM zone 15N",BASEGEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble",MEMBER["World Geodetic System 1984 (Transit)"],MEMBER["World Geodetic System 1984 (G730)"],MEMBER["World Geodetic System 1984 (G873)"],MEMBER["World Geodetic System 1984 (G1150)"],MEMBER["World Geodetic System 1984 (G1674)"],MEMBER["World Geodetic System 1984 (G1762)"],MEMBER["World Geodetic System 1984 (G2139)"],MEMBER["World Geodetic System 1984 (G2296)"],ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]],ENSEMBLEACCURACY[2.0]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4326]],CONVERSION["UTM zone 15N",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],PARAMETER["Longitude of natural origin",-93,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity",1],ID["EPSG",8805]],PARAMETER["False easting",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]],USAGE[SCOPE["Navigation and medium accuracy spatial referencing."],AREA["Between 96°W and 90°W, northern hemisphere between equator and 84°N, onshore and offshore. Canada - Manitoba; Nunavut; Ontario. Ecuador -Galapagos. Guatemala. Mexico. United States (USA)."],BBOX[0,-96,84,-90]],ID["EPSG",32615]]"#,
        &[(640819.191, 5100203.173, -91.18003739866, 46.04091083710), (280000.0, 4600000.5, -95.63666089616, 41.52143224959), (500000.0, 6000000.0, -93.00000000000, 54.14810410387)],
    ),
    (
        r#"GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
        &[(-93.2, 41.5, -93.20000000000, 41.50000000000)],
    ),
    (
        r#"PROJCS["NAD_1983_Contiguous_USA_Albers",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Albers"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-96.0],PARAMETER["Standard_Parallel_1",29.5],PARAMETER["Standard_Parallel_2",45.5],PARAMETER["Latitude_Of_Origin",23.0],UNIT["Meter",1.0]]"#,
        &[(100000.5, 2000000.5, -94.80149580103, 41.00338464442)],
    ),
    (
        r#"PROJCS["LKS_1994_Lithuania_TM",GEOGCS["GCS_LKS_1994",DATUM["D_Lithuania_1994",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",24.0],PARAMETER["Scale_Factor",0.9998],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(500000.0, 6100000.0, 24.00000000000, 55.03584075366)],
    ),
    (
        r#"PROJCS["DHDN_3_Degree_Gauss_Zone_3",GEOGCS["GCS_Deutsches_Hauptdreiecksnetz",DATUM["D_Deutsches_Hauptdreiecksnetz",SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",3500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",9.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(3500000.0, 5500000.0, 8.99896356405, 49.63671064226)],
    ),
    (
        r#"PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]"#,
        &[(400000.0, 300000.0, -2.00143311551, 52.59779243083)],
    ),
    (
        r#"PROJCS["UTM_Zone_12_Northern_Hemisphere",GEOGCS["GCS_GRS 1980(IUGG, 1980)",DATUM["D_unknown",SPHEROID["GRS80",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-111],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]"#,
        &[(640819.191, 5100203.173, -109.18003739864, 46.04091083819), (280000.0, 4600000.5, -113.63666089618, 41.52143225064), (500000.0, 6000000.0, -111.00000000000, 54.14810410499)],
    ),
    (
        r#"PROJCS["WGS_1984_UTM_Zone_15N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-93.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
        &[(640819.191, 5100203.173, -91.18003739866, 46.04091083710), (280000.0, 4600000.5, -95.63666089616, 41.52143224959), (500000.0, 6000000.0, -93.00000000000, 54.14810410387)],
    ),
];

#[test]
fn positions_agree_with_proj() {
    for (wkt, positions) in CASES {
        let projection = match Projection::from_wkt(wkt.as_bytes(), &place()) {
            Ok(projection) => projection,
            Err(e) => panic!("{e}: {wkt}"),
        };
        for (x, y, longitude, latitude) in *positions {
            let (east, north, _) = projection.point(*x, *y, 1.0);
            let off = (east - longitude).abs().max((north - latitude).abs());
            // 0.1 mm; the equal-area azimuthal series of `proj4rs` is good to 0.5 mm only.
            let allowed = match () {
                () if wkt.contains("Azimuthal") => 5e-9,
                // Seven parameters against a grid.
                () if projection.is_approximate() => 5e-5,
                () => 1e-9,
            };
            assert!(off < allowed, "off by {off} degrees at {x} {y}: {wkt}");
        }
    }
}

#[test]
fn what_is_no_plain_system_is_refused_by_name() {
    let deep = "PROJCS[".repeat(100_000);
    let nested = format!("PROJCS[{}", "A[".repeat(40));
    let grads = r#"GEOGCS["x",DATUM["D",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Grad",0.01570796326794897]]"#;
    for text in [
        r#"LOCAL_CS["shed",UNIT["Foot",0.3048]]"#,
        "+proj=longlat +nadgrids=http://127.0.0.1:9/x,/etc/passwd",
        "+proj=pipeline +step +proj=utm",
        r#"GEOGCS["GCS_North_American_1927",DATUM["D_North_American_1927",SPHEROID["Clarke_1866",6378206.4,294.9786982]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
        "",
        "\0\0",
        "PROJCS[",
        "GEOGCS",
        &deep,
        &nested,
        grads,
    ] {
        let error = match Projection::from_wkt(text.as_bytes(), &place()) {
            Ok(_) => panic!("accepted {text:.60}"),
            Err(error) => error.to_string(),
        };
        assert!(
            error.contains("prj") && error.contains("coordinate"),
            "{error}"
        );
    }
}

#[test]
fn cut_and_changed_text_never_panics() {
    let (wkt, _) = CASES[0];
    for end in 0..wkt.len() {
        let _ = Projection::from_wkt(&wkt.as_bytes()[..end], &place());
        for byte in [b'[', b']', b'"', b'9', 0xff] {
            let mut bytes = wkt.as_bytes().to_vec();
            bytes[end] = byte;
            if let Ok(projection) = Projection::from_wkt(&bytes, &place()) {
                projection.point(500_000.0, 5e6, 1.0);
                projection.point(1e308, -1e308, 1.0);
            }
        }
    }
}
