//! Networks of proxies whose word about their clients counts.

use super::given::Given;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use std::net::IpAddr;

/// Addresses and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// No proxy.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether one of them has the address.
    pub(crate) fn have(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Reads addresses such as `127.0.0.1` and networks such as `10.0.0.0/8`; else which text is neither.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let networks = texts.into_iter().map(|text| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            let network = text.parse::<IpNet>().or_else(|_no_network| address());
            network.map_err(|_neither| {
                format!("`{text}` is neither an address nor a network such as `10.0.0.0/8`")
            })
        });
        Ok(Self(networks.collect::<Result<_, _>>()?))
    }
}

impl Given for Proxies {
    fn given(text: &str) -> Result<Self, String> {
        let texts = text.split([',', ' ']);
        Self::of(texts.filter(|text| !text.is_empty()))
    }
}

impl<'de> Deserialize<'de> for Proxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        Self::of(texts.iter().map(String::as_str)).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Given, Proxies};

    #[test]
    fn addresses_and_networks_are_read_and_nothing_else() {
        let proxies = Proxies::given("10.0.0.0/8, ::1,192.0.2.1").unwrap();
        for (address, known) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("::1", true),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
        ] {
            assert_eq!(proxies.have(address.parse().unwrap()), known, "{address}");
        }
        assert_eq!(Proxies::given(""), Ok(Proxies::default()));
        assert!(
            Proxies::given("proxy.example")
                .unwrap_err()
                .contains("proxy.example")
        );
        assert!(Proxies::given("10.0.0.0/33").is_err());
    }
}
