//! Ports that are listened on, and what is said when one cannot be.

use crate::error::{StoreError, Stored};
use crate::settings::Listen;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// What listens, and the option and setting that choose its port.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) what: &'static str,
    pub(crate) chosen_by: &'static str,
}

/// The API.
pub(crate) const API: Purpose = Purpose {
    what: "the service",
    chosen_by: "`--listen HOST:PORT` or the setting `listen`",
};

/// The figures.
pub(crate) const METRICS: Purpose = Purpose {
    what: "`/metrics`",
    chosen_by: "the setting `metrics_listen`",
};

/// Listens on every address of a name; one that this machine lacks is left out as long as there is another.
/// Port 0 is a free port, of the first address alone.
pub(crate) async fn bind(listen: &Listen, purpose: Purpose) -> Stored<Vec<TcpListener>> {
    let refused = |cause: &Error| StoreError::Refused(refusal(listen, purpose, cause));
    let addresses = listen.addresses().await.map_err(|cause| {
        StoreError::Refused(format!(
            "{} cannot listen on {listen}: no address is known for `{}` ({cause}); choose another with {}",
            purpose.what,
            listen.host(),
            purpose.chosen_by
        ))
    })?;
    let mut listeners = Vec::new();
    let mut missing = None;
    for address in addresses {
        match open(address) {
            Ok(listener) => {
                listeners.push(listener);
                if address.port() == 0 {
                    break;
                }
            }
            Err(cause) if is_missing(&cause) => missing = Some(cause),
            Err(cause) => return Err(refused(&cause)),
        }
    }
    match missing {
        Some(cause) if listeners.is_empty() => Err(refused(&cause)),
        _ => Ok(listeners),
    }
}

/// Connections that the system takes in before they are accepted: those of a sudden crowd, which would otherwise
/// try again after a second. The system may have a lower bound of its own (`net.core.somaxconn`).
const BACKLOG: u32 = 4_096;

/// Listens at an address.
fn open(address: SocketAddr) -> Result<TcpListener, Error> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // The port of a service that has just ended is free again.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Where each listens.
pub(crate) fn addresses(listeners: &[TcpListener]) -> Stored<Vec<SocketAddr>> {
    let addresses = listeners.iter().map(TcpListener::local_addr);
    let addresses: Result<_, Error> = addresses.collect();
    addresses.map_err(|cause| StoreError::io("listener", cause))
}

/// Whether this machine has no such address, or nothing of its kind.
fn is_missing(cause: &Error) -> bool {
    let no_family = rustix::io::Errno::AFNOSUPPORT.raw_os_error();
    cause.kind() == ErrorKind::AddrNotAvailable || cause.raw_os_error() == Some(no_family)
}

fn refusal(listen: &Listen, Purpose { what, chosen_by }: Purpose, cause: &Error) -> String {
    let (why, instead) = match cause.kind() {
        ErrorKind::AddrInUse => (
            "another program listens there".to_owned(),
            "stop it, or choose another port with",
        ),
        ErrorKind::PermissionDenied => (
            "this account may not use ports below 1024".to_owned(),
            "choose a higher one with",
        ),
        _ if is_missing(cause) => (
            "this machine has no such address".to_owned(),
            "choose one of its own with",
        ),
        _ => (cause.to_string(), "choose another with"),
    };
    format!("{what} cannot listen on {listen}: {why}; {instead} {chosen_by}")
}

/// What an operator should know of a service that others can reach.
pub(crate) fn reachable_by_others(
    addresses: &[SocketAddr],
    public_url: Option<&str>,
) -> Option<String> {
    let mut open = addresses
        .iter()
        .filter(|address| !address.ip().is_loopback());
    let address = open.next()?;
    let encrypted = public_url.is_some_and(|url| url.starts_with("https:"));
    let plain = "passwords and tokens cross the network in plain text: put a proxy with TLS before the service, \
                 let it listen on a loopback address";
    match public_url {
        Some(_) if encrypted => None,
        Some(url) => Some(format!(
            "other machines reach {address} and `public_url` is {url}, without TLS; {plain}, and give its https \
             address as `public_url`"
        )),
        None => Some(format!(
            "other machines reach {address} and `public_url` is not set, so links name whatever host a client asks for; \
             {plain}, and set `public_url`"
        )),
    }
}

#[cfg(test)]
mod tests {
    //! Ports that are taken, and what is said of others.

    #![allow(clippy::unwrap_used)]

    use super::{API, METRICS, addresses, bind, reachable_by_others, refusal};
    use std::io::{Error, ErrorKind};

    #[tokio::test]
    async fn a_port_in_use_is_named_with_what_to_do() {
        let first = bind(&"127.0.0.1:0".parse().unwrap(), API).await.unwrap();
        let address = addresses(&first).unwrap()[0];
        let refused = bind(&address.into(), METRICS).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "`/metrics` cannot listen on {address}: another program listens there; \
                 stop it, or choose another port with the setting `metrics_listen`"
            )
        );
        let refused = bind(&"nobody.invalid:80".parse().unwrap(), API).await;
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("no address is known for `nobody.invalid`"),
            "{refused}"
        );
        // Kept for documentation (RFC 5737): no machine has it.
        let refused = bind(&"192.0.2.1:0".parse().unwrap(), API).await;
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("this machine has no such address"),
            "{refused}"
        );
        let denied = refusal(
            &"0.0.0.0:80".parse().unwrap(),
            API,
            &Error::from(ErrorKind::PermissionDenied),
        );
        assert!(
            denied.contains("0.0.0.0:80") && denied.contains("--listen"),
            "{denied}"
        );
    }

    #[tokio::test]
    async fn a_name_listens_on_all_its_addresses() {
        let free = bind(&"localhost:0".parse().unwrap(), API).await.unwrap();
        let all = addresses(&free).unwrap();
        assert!(all.len() == 1 && all[0].is_ipv4(), "{all:?}");
    }

    #[test]
    fn who_is_reached_by_others_without_tls_is_warned() {
        let (own, open) = ("[::1]:80".parse().unwrap(), "0.0.0.0:80".parse().unwrap());
        assert_eq!(reachable_by_others(&[own], None), None);
        assert_eq!(
            reachable_by_others(&[own, open], Some("https://a.example")),
            None
        );
        let told = reachable_by_others(&[own, open], None).unwrap();
        assert!(
            told.contains("0.0.0.0:80") && told.contains("`public_url` is not set"),
            "{told}"
        );
        let told = reachable_by_others(&[open], Some("http://a.example")).unwrap();
        assert!(told.contains("http://a.example, without TLS"), "{told}");
    }
}
