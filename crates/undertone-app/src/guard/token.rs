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
    "a token must have at least {} characters: letters, digits, and - . _ ~ (at least {} if all are \
     digits)",
    InvalidToken::SHORTEST,
    InvalidToken::SHORTEST_NUMBER
)]
pub struct InvalidToken;

impl InvalidToken {
    const SHORTEST: usize = 8;
    const SHORTEST_NUMBER: usize = 16;
}

/// The most tokens of one request that are looked at: one for each place.
const MOST_TOKENS: usize = 3;

/// Check that a header and a WebSocket subprotocol can carry a token.
///
/// # Errors
/// If they cannot, or if the token is so short that it can be guessed.
pub fn check_token(token: &str) -> Result<(), InvalidToken> {
    let sendable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let shortest = if token.bytes().all(|byte| byte.is_ascii_digit()) {
        InvalidToken::SHORTEST_NUMBER
    } else {
        InvalidToken::SHORTEST
    };
    if token.len() >= shortest && token.bytes().all(sendable) {
        Ok(())
    } else {
        Err(InvalidToken)
    }
}

/// Whether a request carries the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Right,
    Wrong,
    Nothing,
}

/// Look for the token in a request.
pub(super) fn check(expected: &str, headers: &HeaderMap) -> Given {
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
    let mut tokens = bearer.chain(protocols).take(MOST_TOKENS).peekable();
    if tokens.peek().is_none() {
        return Given::Nothing;
    }
    let is_right = |given: &str| given.as_bytes().ct_eq(expected.as_bytes()).into();
    if tokens.any(is_right) {
        Given::Right
    } else {
        Given::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &'static str, value: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        check("s3cret-token", &headers) == Given::Right
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
        assert_eq!(check("s3cret-token", &HeaderMap::new()), Given::Nothing);
    }

    #[test]
    fn short_and_unsendable_tokens_are_refused() {
        assert_eq!(check_token("s3cret-token"), Ok(()));
        for token in [
            "",
            "short",
            "12345678",
            "123456789012345",
            "with space",
            "with/slash",
            "gr\u{fc}n-gr\u{fc}n",
        ] {
            assert_eq!(check_token(token), Err(InvalidToken), "{token}");
        }
    }
}
