//! The cryptography of outgoing connections.

/// Chooses the cryptography of outgoing connections, once for the process.
pub fn use_tls() {
    // A second call finds it chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
