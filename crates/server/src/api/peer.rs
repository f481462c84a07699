//! Who is at the other end: the address of the connection, or of whom a proxy that the operator trusts speaks for.
//!
//! Rule: what `X-Forwarded-…` says counts only when the connection comes from one of `trusted_proxies`; anybody
//! else could claim any address with it.

use crate::settings::Proxies;
use crate::state::State;
use axum::extract::{self, Request};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Once;

/// The client's address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The request came over a proxy that is trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThroughProxy;

/// The last address of the chain that is no trusted proxy: each proxy adds whom it heard from.
fn client(trusted: &Proxies, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = connection;
    let lines = headers.get_all("x-forwarded-for").iter();
    // What a client put before may be anything; what a proxy added is plain.
    let lines: Vec<_> = lines
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    let chain: Vec<&str> = lines.iter().flat_map(|value| value.split(',')).collect();
    for hop in chain.into_iter().rev() {
        if !trusted.have(client) {
            break;
        }
        let Some(address) = address_of(hop.trim()) else {
            break;
        };
        client = address;
    }
    client.to_canonical()
}

/// Some proxies add the port.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bracketed = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = bracketed.unwrap_or(hop).parse().ok();
    address.or_else(|| {
        let both = hop.parse::<std::net::SocketAddr>().ok()?;
        Some(both.ip())
    })
}

/// Finds out whom the request is from.
pub(super) async fn resolve(
    extract::State(state): extract::State<State>,
    mut request: Request,
    next: Next,
) -> Response {
    static UNTRUSTED: Once = Once::new();
    let trusted = &state.settings.trusted_proxies;
    if let Some(Peer(connection)) = request.extensions().get::<Peer>().copied() {
        if trusted.have(connection) {
            let client = client(trusted, connection, request.headers());
            request.extensions_mut().insert(Peer(client));
            request.extensions_mut().insert(ThroughProxy);
        } else if request.headers().contains_key("x-forwarded-for") {
            UNTRUSTED.call_once(|| {
                tracing::warn!(
                    address = %connection,
                    "a request says that it comes through a proxy, but its address is not in `trusted_proxies`: if it \
                     is your proxy, add it; else all its clients count as one"
                );
            });
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::client;
    use crate::settings::Proxies;
    use axum::http::{HeaderMap, HeaderValue};
    use std::net::IpAddr;

    fn seen(trusted: &[&str], connection: &str, forwarded: &[&str]) -> IpAddr {
        let trusted = Proxies::of(trusted.iter().copied()).unwrap();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append("x-forwarded-for", line);
        }
        client(&trusted, connection.parse().unwrap(), &headers)
    }

    #[test]
    fn only_what_trusted_proxies_add_counts() {
        let proxies = &["10.0.0.0/8", "::1/128"][..];
        for (trusted, connection, forwarded, client) in [
            (&[][..], "192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
            (proxies, "192.0.2.1", &["203.0.113.9"], "192.0.2.1"),
            (proxies, "10.0.0.1", &[], "10.0.0.1"),
            (proxies, "10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // What the client itself sent stands before it.
            (
                proxies,
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.9"],
                "203.0.113.9",
            ),
            (
                proxies,
                "10.0.0.1",
                &["1.1.1.1", "203.0.113.9,10.0.0.2"],
                "203.0.113.9",
            ),
            (
                proxies,
                "::ffff:10.0.0.1",
                &["203.0.113.9:4711"],
                "203.0.113.9",
            ),
            (proxies, "::1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            (proxies, "::1", &["2001:db8::1"], "2001:db8::1"),
            (proxies, "10.0.0.1", &["unknown"], "10.0.0.1"),
            (proxies, "10.0.0.1", &["\u{e9}, 203.0.113.9"], "203.0.113.9"),
            (proxies, "10.0.0.1", &["[203.0.113.9]x"], "10.0.0.1"),
            (proxies, "10.0.0.1", &["203.0.113.9, nonsense"], "10.0.0.1"),
        ] {
            let expected: IpAddr = client.parse().unwrap();
            assert_eq!(
                seen(trusted, connection, forwarded),
                expected,
                "{connection} {forwarded:?}"
            );
        }
    }
}
