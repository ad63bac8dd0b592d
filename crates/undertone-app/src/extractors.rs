//! Axum extractors: the client's address, and extractors that reject with a [`Problem`].

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::problem::{Kind, Problem};

/// An extractor of axum's that rejects with a [`Problem`].
pub(crate) struct Checked<E>(pub(crate) E);

impl<E, S> FromRequestParts<S> for Checked<E>
where
    E: FromRequestParts<S, Rejection: Display>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let malformed = |error: E::Rejection| Problem::new(Kind::BadRequest, error.to_string());
        E::from_request_parts(parts, state)
            .await
            .map(Self)
            .map_err(malformed)
    }
}

/// The other end of a connection. The server adds it to each request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Whether all connections come from a proxy that names its client in `X-Forwarded-For`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BehindProxy(pub(crate) bool);

/// The client's address: the peer's, or the one that the proxy names, as [`network`] returns it.
pub(crate) struct Client(pub(crate) IpAddr);

impl<S> FromRequestParts<S> for Client
where
    BehindProxy: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let behind_proxy = BehindProxy::from_ref(state);
        Self::of(&parts.extensions, &parts.headers, behind_proxy)
    }
}

impl Client {
    /// Return the address of the client that sent a request with these extensions and headers.
    pub(crate) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        BehindProxy(trusted): BehindProxy,
    ) -> Result<Self, Problem> {
        let Some(Peer(peer)) = extensions.get() else {
            let detail = "the address of the client is unknown";
            return Err(Problem::new(Kind::Internal, detail));
        };
        let forwarded = trusted.then(|| forwarded(headers)).flatten();
        Ok(Self(network(forwarded.unwrap_or(peer.ip()))))
    }
}

/// Return what limits for each address count together: an IPv4 address, or the first 64 bits of an
/// IPv6 address, since one client usually has all addresses that begin with them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(prefix.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Return the last address in `X-Forwarded-For`: the only one that the client did not choose.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_client_count_together() {
        let network = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
