//! Connections: accepted, bounded, read with limits, ended in order.
//!
//! Rule: a client that is slow with its head, sends one that is too large, or does not take its answer, is cut off;
//! it never holds up the others. Beyond the bound a connection is answered 503 in one write and closed.

use crate::api::peer::Peer;
use crate::figures;
use crate::network::Network;
use crate::settings::Proxies;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt};

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may take nothing of its answer.
const UNREAD: Duration = Duration::from_secs(60);
/// Bytes of a head, and how many headers it may have.
const HEAD_BYTES: usize = 64 << 10;
const HEADERS: usize = 100;

/// How many connections may be open at once.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) all: usize,
    /// Of one address, unless it is one of `shared`.
    pub(crate) of_address: usize,
    /// Proxies, which bring many clients.
    pub(crate) shared: Proxies,
}

/// Open connections of all listeners that share their bounds.
pub(crate) struct Connections {
    bounds: Bounds,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<Network, usize>,
}

/// One of the open connections, until it is dropped.
struct Counted {
    connections: Arc<Connections>,
    address: Network,
}

impl Connections {
    pub(crate) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            open: Mutex::default(),
        })
    }

    /// A place for a connection, where there is one.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Counted> {
        let bounds = &self.bounds;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = bounds.shared.have(address);
        let address = Network::from(address);
        let own = open.by_address.get(&address).copied().unwrap_or(0);
        if open.all >= bounds.all || (own >= bounds.of_address && !shared) {
            return None;
        }
        open.all += 1;
        open.by_address.insert(address, own + 1);
        drop(open);
        Some(Counted {
            connections: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let connections = &self.connections;
        let mut open = connections
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_address.get_mut(&self.address) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// Says once that there is no room. What does not fit into the socket at once is not sent.
fn send_away(stream: &TcpStream) {
    figures::count(figures::CONNECTION_REFUSED);
    let body = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many connections are open","message":"error.http.503"}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
         retry-after: 5\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.try_write(answer.as_bytes());
}

/// Serves until `stop` turns true, then lets open requests end.
pub(crate) async fn run<S>(
    listener: TcpListener,
    connections: Arc<Connections>,
    service: S,
    mut stop: watch::Receiver<bool>,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS);
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, address) = match accepted {
            Ok((stream, address)) => (stream, address.ip().to_canonical()),
            Err(cause) => {
                // Out of descriptors, or the client is gone: others may do better soon.
                tracing::warn!(%cause, "connection not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(counted) = connections.enter(address) else {
            send_away(&stream);
            continue;
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(UNREAD));
        let service = service
            .clone()
            .map_request(move |request: Request<Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(address));
                request
            });
        let connection = builder.serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(service),
        );
        let connection = open.watch(connection);
        tokio::spawn(async move {
            let _counted = (counted, figures::Connection::open());
            // What goes wrong with a connection is the client's to notice.
            let _ = connection.await;
        });
    }
    drop(listener);
    open.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Connections};
    use crate::settings::Proxies;
    use std::net::IpAddr;

    #[test]
    fn connections_are_bounded_in_all_and_by_address_but_a_proxy_brings_many() {
        let connections = Connections::new(Bounds {
            all: 6,
            of_address: 2,
            shared: Proxies::of(["10.0.0.0/8"]).unwrap(),
        });
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let enter = |text: &str| connections.enter(address(text));
        let first = enter("192.0.2.1");
        let second = enter("192.0.2.1");
        assert!(first.is_some() && second.is_some());
        assert!(enter("192.0.2.1").is_none());
        let proxied: Vec<_> = (0..4).filter_map(|_| enter("10.0.0.1")).collect();
        assert_eq!(proxied.len(), 4);
        assert!(
            enter("192.0.2.2").is_none() && enter("10.0.0.1").is_none(),
            "in all"
        );
        drop(proxied);
        assert!(enter("192.0.2.2").is_some());
        drop((first, second));
        assert!(enter("192.0.2.1").is_some());
        assert!(connections.open.lock().unwrap().by_address.is_empty());
    }
}
