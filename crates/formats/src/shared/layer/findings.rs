//! What is noticed in every layer of features, with cause and cure: under the name of each format the
//! same.

use tramline_model::Code;

/// Codes of the findings, under the name of the format.
pub(crate) struct Codes {
    pub(crate) position_from_properties: Code,
    pub(crate) polygon_as_point: Code,
    pub(crate) no_instants: Code,
    pub(crate) instant_not_believed: Code,
    pub(crate) no_position: Code,
    pub(crate) not_a_number: Code,
    pub(crate) late_property: Code,
    pub(crate) long_text: Code,
    pub(crate) unreadable_rest: Code,
    pub(crate) datum_approximate: Code,
}

impl Codes {
    /// Every code.
    pub(crate) fn all(&'static self) -> [&'static Code; 10] {
        [
            &self.position_from_properties,
            &self.polygon_as_point,
            &self.no_instants,
            &self.instant_not_believed,
            &self.no_position,
            &self.not_a_number,
            &self.late_property,
            &self.long_text,
            &self.unreadable_rest,
            &self.datum_approximate,
        ]
    }
}

/// The codes of one format.
macro_rules! codes {
    ($format:literal) => {
        $crate::shared::layer::Codes {
            position_from_properties: tramline_model::Code {
                name: concat!($format, ".position-from-properties"),
                cause: "The features have no geometry in degrees, but longitude and latitude among their properties. The position of the points is taken from there.",
                cure: "Nothing needs doing if the points lie on the field.",
            },
            polygon_as_point: tramline_model::Code {
                name: concat!($format, ".polygon-as-point"),
                cause: "The file has polygons instead of points, one for each strip or cell of the work. Each becomes one point at its centre; its area and outline are kept.",
                cure: "Nothing needs doing.",
            },
            no_instants: tramline_model::Code {
                name: concat!($format, ".no-instants"),
                cause: "No property of the features holds plausible times. The points have no timestamp and stay in the order of the file.",
                cure: "Export with date and time if the season or the time of day matters; otherwise nothing needs doing.",
            },
            instant_not_believed: tramline_model::Code {
                name: concat!($format, ".instant-not-believed"),
                cause: "The time of some features is missing, cannot be read, lies before 1990 or lies in the future. These points have no timestamp; their values stay.",
                cure: "Check the clock of the display if there are many such features.",
            },
            no_position: tramline_model::Code {
                name: concat!($format, ".no-position"),
                cause: "Some features have no geometry, or one that cannot be converted to longitude and latitude. Their points cannot be placed on a map.",
                cure: "Nothing needs doing for a few features. Export the layer again if there are many.",
            },
            not_a_number: tramline_model::Code {
                name: concat!($format, ".not-a-number"),
                cause: "Values of a property with numbers are texts, such as an error mark of the display. They are null and are not counted in any total.",
                cure: "Nothing needs doing for a few values. Compare with the display if there are many.",
            },
            late_property: tramline_model::Code {
                name: concat!($format, ".late-property"),
                cause: "Some properties appear only after the first features, which decide on the columns. Their values are left out.",
                cure: "Export the layer with the same properties in every feature if these values matter.",
            },
            long_text: tramline_model::Code {
                name: concat!($format, ".long-text"),
                cause: "Some texts are longer than a cell of the output may be. They are null; other values of the features stay.",
                cure: "Nothing needs doing unless these texts matter; then shorten them and export again.",
            },
            unreadable_rest: tramline_model::Code {
                name: concat!($format, ".unreadable-rest"),
                cause: "The file becomes unreadable after some features: it was cut off while copying, or is damaged. The features before the damage are kept; the work after it is missing from the totals.",
                cure: "Copy or export the file again and upload the new one.",
            },
            datum_approximate: tramline_model::Code {
                name: concat!($format, ".datum-approximate"),
                cause: "The coordinate system of the layer rests on an older datum, which can be converted to WGS 84 only to within a few metres. Positions are shifted together; rates do not change.",
                cure: "Export in WGS 84 if the positions must match other layers exactly.",
            },
        }
    };
}
pub(crate) use codes;
