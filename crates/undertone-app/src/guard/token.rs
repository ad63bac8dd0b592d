//! Check the bearer token.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The header in which `gradio_client.Client(token=…)` sends its token.
const GRADIO_AUTHORIZATION: &str = "x-hf-authorization";
/// The prefix of the WebSocket subprotocol that carries a token. Browsers let a page choose the
/// subprotocols of a WebSocket, but not its headers.
pub(crate) const LIVE_PROTOCOL_PREFIX: &str = "undertone.token.";

/// A token that is too short, or that a header or a subprotocol cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a token must have at least {} characters: letters, digits, and - . _ ~",
    InvalidToken::SHORTEST
)]
pub struct InvalidToken;

impl InvalidToken {
    const SHORTEST: usize = 8;
}

/// Check that a header and a WebSocket subprotocol can carry a token.
///
/// # Errors
/// If they cannot, or if the token is so short that it can be guessed.
pub fn check_token(token: &str) -> Result<(), InvalidToken> {
    let sendable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if token.len() >= InvalidToken::SHORTEST && token.bytes().all(sendable) {
        Ok(())
    } else {
        Err(InvalidToken)
    }
}

/// Return whether a request carries the token.
pub(super) fn is_given(expected: &str, headers: &HeaderMap) -> bool {
    let bearer = [AUTHORIZATION.as_str(), GRADIO_AUTHORIZATION]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let protocols = headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .into_iter()
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|protocol| protocol.trim().strip_prefix(LIVE_PROTOCOL_PREFIX));
    bearer
        .chain(protocols)
        .any(|given| given.as_bytes().ct_eq(expected.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &'static str, value: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        is_given("s3cret-token", &headers)
    }

    #[test]
    fn the_token_is_found_in_every_place_where_clients_send_it() {
        assert!(given("authorization", "Bearer s3cret-token"));
        assert!(given("authorization", "bearer s3cret-token"));
        assert!(given("x-hf-authorization", "Bearer s3cret-token"));
        assert!(given(
            "sec-websocket-protocol",
            "a, undertone.token.s3cret-token"
        ));
        assert!(!given("authorization", "Bearer s3cret-toke"));
        assert!(!given("authorization", "Bearer s3cret-token2"));
        assert!(!given("authorization", "Basic s3cret-token"));
        assert!(!given("authorization", "s3cret-token"));
        assert!(!given("cookie", "Bearer s3cret-token"));
    }

    #[test]
    fn short_and_unsendable_tokens_are_refused() {
        assert_eq!(check_token("s3cret-token"), Ok(()));
        for token in [
            "",
            "short",
            "with space",
            "with/slash",
            "gr\u{fc}n-gr\u{fc}n",
        ] {
            assert_eq!(check_token(token), Err(InvalidToken), "{token}");
        }
    }
}
