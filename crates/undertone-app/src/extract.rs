//! Parts of a request: who asks, and for what, refused in this server's own words where it makes
//! no sense.

use std::fmt::Display;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::app::Shared;
use crate::problem::{Kind, Problem};
use crate::server::Peer;

/// An extractor of axum's whose rejection is a [`Problem`].
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

/// Who asks: whoever is connected, or whom a proxy speaks for.
pub(crate) struct Client(pub(crate) IpAddr);

impl FromRequestParts<Shared> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let Some(Peer(peer)) = parts.extensions.get() else {
            return Err(Problem::new(Kind::Internal, "nobody is connected"));
        };
        let trusted = app.settings.access.behind_proxy;
        let forwarded = trusted.then(|| forwarded(&parts.headers)).flatten();
        Ok(Self(forwarded.unwrap_or(peer.ip())))
    }
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}
