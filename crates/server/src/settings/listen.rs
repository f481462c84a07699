//! An address to listen on, as an operator writes it.

use serde::Deserialize;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// A host and a port: `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen {
    host: String,
    port: u16,
}

impl Listen {
    /// All addresses that the name has, those of IPv4 first, each once.
    pub(crate) async fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        let host = self.host.as_str();
        let found = tokio::net::lookup_host((host, self.port)).await?;
        let mut all: Vec<SocketAddr> = found.collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// The host as it was written.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Default for Listen {
    fn default() -> Self {
        SocketAddr::from(([127, 0, 0, 1], 8080)).into()
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl<T> From<(T, u16)> for Listen
where
    IpAddr: From<T>,
{
    fn from((host, port): (T, u16)) -> Self {
        Self {
            host: IpAddr::from(host).to_string(),
            port,
        }
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self::from((address.ip(), address.port()))
    }
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, port) = text
            .trim()
            .rsplit_once(':')
            .ok_or("it is an address and a port, such as `127.0.0.1:8080`")?;
        let port = port
            .parse()
            .map_err(|_cause| format!("`{port}` is no port: ports are 0 to 65535"))?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_six = |host: &str| host.parse::<Ipv6Addr>().is_ok();
        match (bare, host) {
            (Some(bare), _) if !is_six(bare) => {
                Err(format!("`{bare}` in brackets is no IPv6 address"))
            }
            (Some(bare), _) => Ok(bare),
            (None, "") => Err(format!(
                "no address stands before the port: all addresses of this machine are `0.0.0.0:{port}`"
            )),
            (None, host) if host.contains(':') => Err(format!(
                "an IPv6 address is in brackets, such as `[::1]:{port}`"
            )),
            (None, host) => Ok(host),
        }
        .map(|host| Self {
            host: host.to_owned(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    //! What is an address, and what is said of what is none.

    #![allow(clippy::unwrap_used)]

    use super::Listen;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for text in [
            "127.0.0.1:8080",
            "localhost:8080",
            "[::1]:8080",
            "farm.example:80",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
        for (text, wrong) in [
            (
                "8080",
                "it is an address and a port, such as `127.0.0.1:8080`",
            ),
            ("localhost:http", "`http` is no port: ports are 0 to 65535"),
            (
                "localhost:70000",
                "`70000` is no port: ports are 0 to 65535",
            ),
            (
                ":8080",
                "no address stands before the port: all addresses of this machine are `0.0.0.0:8080`",
            ),
            (
                "::1:8080",
                "an IPv6 address is in brackets, such as `[::1]:8080`",
            ),
            (
                "[localhost]:1",
                "`localhost` in brackets is no IPv6 address",
            ),
        ] {
            assert_eq!(text.parse::<Listen>(), Err(wrong.to_owned()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_is_all_its_addresses() {
        let listen: Listen = "localhost:8080".parse().unwrap();
        let all = listen.addresses().await.unwrap();
        assert!(all.iter().all(|address| address.ip().is_loopback()));
        assert!(all.first().unwrap().is_ipv4(), "{all:?}");
    }
}
