//! The style beside a GeoTIFF (`<name>.qml`) by which QGIS draws it in the colours of the picture.
//!
//! Rule: QGIS loads a style of the raster's own name by itself. Colours between two stops are
//! interpolated; what lies beyond the ends has their colour.

use crate::Ramp;
use std::fmt::Write;

/// The style for values from `min` to `max` in a unit, whose symbol may be empty.
pub fn qgis_style(ramp: &Ramp, min: f64, max: f64, unit: &str) -> String {
    let escaped: String = unit
        .chars()
        .map(|sign| match sign {
            '<' => "&lt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            sign => sign.to_string(),
        })
        .collect();
    let mut items = String::new();
    for stop in ramp.stops() {
        let value = min + (max - min) * stop.percent / 100.0;
        let [red, green, blue] = stop.rgb;
        // Writing to a text cannot fail.
        let _ = writeln!(
            items,
            "          <item alpha=\"255\" value=\"{value:?}\" label=\"{value:.2} {escaped}\" \
             color=\"#{red:02x}{green:02x}{blue:02x}\"/>"
        );
    }
    format!(
        r#"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="{min:?}" classificationMax="{max:?}">
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="{min:?}" maximumValue="{max:?}">
{items}        </colorrampshader>
      </rastershader>
    </rasterrenderer>
  </pipe>
</qgis>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stops_stand_at_their_values() {
        let text = qgis_style(&Ramp::model(), 2.0, 12.0, "a&b");
        assert_eq!(text.matches("<item ").count(), 7);
        assert!(text.contains("value=\"5.5\" label=\"5.50 a&amp;b\" color=\"#ff2800\""));
        assert!(text.contains("classificationMin=\"2.0\" classificationMax=\"12.0\""));
    }
}
