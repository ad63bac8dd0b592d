//! The bearer token.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The name of the header in which `gradio_client.Client(token=…)` sends its token.
const GRADIO_AUTHORIZATION: &str = "x-hf-authorization";
/// Browsers send no headers of a page's choice with a WebSocket, but a list of protocols.
pub(crate) const LIVE_PROTOCOL_PREFIX: &str = "undertone.token.";

/// A token that could not be sent everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a token consists of letters, digits and - . _ ~, at least {} of them",
    InvalidToken::SHORTEST
)]
pub struct InvalidToken;

impl InvalidToken {
    const SHORTEST: usize = 8;
}

/// Whether a token can be sent in a header and as the name of a WebSocket's protocol.
///
/// # Errors
/// If it cannot, or is so short that it can be guessed.
pub fn check_token(token: &str) -> Result<(), InvalidToken> {
    let sendable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if token.len() >= InvalidToken::SHORTEST && token.bytes().all(sendable) {
        Ok(())
    } else {
        Err(InvalidToken)
    }
}

/// Whether a request carries the token.
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
    fn the_token_is_found_wherever_clients_put_it() {
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
    fn tokens_that_cannot_be_sent_are_refused() {
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
