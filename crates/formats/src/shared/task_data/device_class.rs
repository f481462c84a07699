//! What kind of machine a device is, by its NAME (ISO 11783-1).

use super::Device;

/// Device class of a working set NAME: 7 bits above the reserved bit of its second byte.
pub(crate) fn device_class(device: &Device) -> Option<u8> {
    let name = device.name.as_deref()?;
    let byte = u8::from_str_radix(name.get(2..4)?, 16).ok()?;
    (name.len() == 16).then_some((byte >> 1) & 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_of_a_name() {
        let device = Device {
            name: Some("A00E84000DE0CB9B".to_owned()),
            ..Device::default()
        };
        assert_eq!(device_class(&device), Some(7));
    }
}
