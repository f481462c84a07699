//! Where webhooks may go. Names are resolved here and every address is judged at the moment of the
//! connection, so that a name which changes its mind gains nothing.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Whether an address belongs to the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared by carriers; protocol assignments; former 6to4 relays; benchmarks; the host of
        // machines in Azure, which answers from there only.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || address == Ipv4Addr::new(168, 63, 129, 16))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let low = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    // Forms that hold an address of the older kind are as public as that one.
    let inner = match parts {
        [0, 0, 0, 0, 0, 0xffff | 0, g, h] => Some(low(g, h)),
        [0, 0, 0, 0, 0xffff, 0, g, h] => Some(low(g, h)),
        [0x64, 0xff9b, 0, 0, 0, 0, g, h] => Some(low(g, h)),
        [0x64, 0xff9b, 1, ..] => return false,
        [0x2002, b, c, ..] => Some(low(b, c)),
        _ => None,
    };
    if let Some(inner) = inner {
        return is_public_v4(inner) && !address.is_loopback() && !address.is_unspecified();
    }
    let first = parts[0];
    // Global unicast is 2000::/3; of it, Teredo, benchmarks and documentation are not.
    (first & 0xe000) == 0x2000
        && !(first == 0x2001 && parts[1] < 0x200)
        && !(first == 0x2001 && parts[1] == 0xdb8)
        && !(first == 0x3fff && parts[1] < 0x1000)
}

/// What is wrong with an address that somebody registers, as far as its text tells.
pub(crate) fn judge(text: &str, allow_private: bool) -> Result<Url, String> {
    if text.len() > 2_000 {
        return Err("is longer than 2,000 bytes".to_owned());
    }
    let url = Url::parse(text).map_err(|cause| format!("is no URL: {cause}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither http nor https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password".to_owned());
    }
    if allow_private {
        return Ok(url);
    }
    let literal = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") || !name.contains('.') {
                return Err("is a name of this machine or its network".to_owned());
            }
            None
        }
        None => return Err("has no host".to_owned()),
    };
    if literal.is_some_and(|address| !is_public(address)) {
        return Err("is an address that is not public".to_owned());
    }
    if !matches!(url.port_or_known_default(), Some(80 | 443 | 1024..)) {
        return Err("has a port below 1024 that is neither 80 nor 443".to_owned());
    }
    Ok(url)
}

/// Resolves names and leaves out addresses that are not public.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    //! Every way to write an address that is not public.

    #![allow(clippy::unwrap_used)]

    use super::{PublicOnly, is_public, judge};
    use reqwest::dns::Resolve;

    const REFUSED: &[&str] = &[
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.255.255.254/",
        "http://0.0.0.0/",
        "http://0/",
        "http://10.0.0.1/",
        "http://10.255.255.255/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.0.1/",
        "http://192.168.255.255/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://100.64.0.1/",
        "http://100.127.255.255/",
        "http://192.0.0.1/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://198.19.255.255/",
        "http://198.51.100.1/",
        "http://203.0.113.1/",
        "http://224.0.0.1/",
        "http://239.255.255.255/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://192.88.99.1/",
        "http://168.63.129.16/machine/?comp=goalstate",
        "http://100.100.100.200/latest/meta-data/",
        "http://127.0.0.1./",
        "http://①②⑦.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://0300.0250.0.1/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[fec0::1]/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a00:1::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fd12:3456::1]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
        "http://[2001::1]/",
        "http://[3fff::1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[100::1]/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://x.localhost/",
        "http://printer/",
        "http://user@example.org/",
        "http://user:word@example.org/",
        "http://:word@example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "http://",
        "javascript:alert(1)",
        "//example.org/",
        "http://example.org:22/",
        "http://example.org:25/",
    ];

    #[test]
    fn addresses_that_are_not_public_are_refused_in_every_spelling() {
        assert!(REFUSED.len() >= 60);
        for text in REFUSED {
            assert!(judge(text, false).is_err(), "{text}");
        }
    }

    /// What `judge` lets through as text is judged again where it is resolved.
    #[tokio::test]
    async fn a_name_of_this_machine_resolves_to_nothing() {
        let name = "localhost".parse().unwrap();
        assert!(PublicOnly.resolve(name).await.is_err());
    }

    #[test]
    fn public_addresses_are_taken() {
        for text in [
            "https://example.org/hook",
            "http://93.184.216.34/",
            "https://example.org:8443/x?y=z",
            "http://[2606:2800:220:1::1]/",
            "http://[64:ff9b::5db8:d822]/",
            "http://172.32.0.1/",
        ] {
            assert!(judge(text, false).is_ok(), "{text}");
        }
        assert!(judge("http://127.0.0.1:9/", true).is_ok());
        assert!(is_public("8.8.8.8".parse().unwrap_or([0, 0, 0, 0].into())));
    }
}
