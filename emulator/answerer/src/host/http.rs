//! The host's HTTP server without its connections (RFC 9110, RFC 9112): the octets of a request in, a response out.
//!
//! There is one page, which tells a caller what is known of it; GET and HEAD. A response ends its connection. Requests are read
//! by `httparse`.

use std::fmt::Write;

/// Octets of the longest head of a request.
const LONGEST: usize = 8192;
/// Fields of a request at most.
const MOST_FIELDS: usize = 64;

/// A response, and what it is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    /// Head and content.
    pub(super) octets: Vec<u8>,
    /// Method and target of the request, if they could be read: `GET /`.
    pub(super) asked: Option<String>,
    /// The status code.
    pub(super) status: u16,
}

/// What the page tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Name of the host.
    pub(super) host: String,
    /// What is known of the caller, each with what it is.
    pub(super) facts: Vec<(&'static str, String)>,
}

/// The response to what has come so far; `None`: the request is not whole yet.
pub(super) fn respond(octets: &[u8], page: &Page) -> Option<Response> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(octets) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) if octets.len() < LONGEST => return None,
        Ok(httparse::Status::Partial) => return Some(refused(None, 431, "Request Header Fields Too Large")),
        Err(_) => return Some(refused(None, 400, "Bad Request")),
    }
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let asked = Some(format!("{method} {target}"));
    Some(match (method, path(target)) {
        ("GET" | "HEAD", "/" | "/index.html") => {
            let content = html(page);
            let octets = whole(200, "OK", "text/html; charset=utf-8", "", &content, method == "HEAD");
            Response { octets, asked, status: 200 }
        }
        ("GET", _) => refused(asked, 404, "Not Found"),
        ("HEAD", _) => Response { octets: whole(404, "Not Found", PLAIN, "", "Not Found\n", true), asked, status: 404 },
        _ => {
            let octets = whole(405, "Method Not Allowed", PLAIN, "Allow: GET, HEAD\r\n", "Method Not Allowed\n", false);
            Response { octets, asked, status: 405 }
        }
    })
}

const PLAIN: &str = "text/plain; charset=utf-8";

fn refused(asked: Option<String>, status: u16, reason: &str) -> Response {
    Response { octets: whole(status, reason, PLAIN, "", &format!("{reason}\n"), false), asked, status }
}

/// The path of a target: one of absolute form has scheme and host before it (RFC 9112 §3.2.2).
fn path(target: &str) -> &str {
    let rest = target.strip_prefix("http://").map_or(target, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
    rest.split(['?', '#']).next().unwrap_or(rest)
}

fn whole(status: u16, reason: &str, kind: &str, more: &str, content: &str, head_only: bool) -> Vec<u8> {
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nServer: offhook\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n"
    );
    let mut octets = head.into_bytes();
    if !head_only {
        octets.extend_from_slice(content.as_bytes());
    }
    octets
}

fn html(page: &Page) -> String {
    let host = escaped(&page.host);
    let mut text = format!("<!DOCTYPE html>\n<html>\n<head><title>{host}</title></head>\n<body>\n<h1>{host}</h1>\n");
    text.push_str("<p>You have got through, by PPP.</p>\n<table>\n");
    for (what, value) in &page.facts {
        // Writing to a String does not fail.
        let _ = writeln!(text, "<tr><td>{what}</td><td>{}</td></tr>", escaped(value));
    }
    text.push_str("</table>\n</body>\n</html>\n");
    text
}

/// A caller's name is its own choice.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn page() -> Page {
        let facts = vec![("your address", "100.64.0.2".to_owned()), ("your name", "<alice> & \"co\"".to_owned())];
        Page { host: "offhook".to_owned(), facts }
    }

    fn response(request: &str) -> (Option<String>, u16, String) {
        let Response { octets, asked, status } = respond(request.as_bytes(), &page()).unwrap();
        (asked, status, String::from_utf8(octets).unwrap())
    }

    #[test]
    fn the_page_tells_a_caller_what_is_known_of_it() {
        let (asked, status, text) = response("GET / HTTP/1.0\r\n\r\n");
        assert_eq!((asked.as_deref(), status), (Some("GET /"), 200));
        insta::assert_snapshot!(text.replace("\r\n", "\n"));
    }

    #[test]
    fn the_response_to_head_is_that_to_get_without_content() {
        let (_, _, get) = response("GET /index.html HTTP/1.1\r\nHost: offhook\r\n\r\n");
        let (_, _, head) = response("HEAD http://offhook/?x HTTP/1.1\r\nHost: offhook\r\n\r\n");
        assert_eq!(get.split_inclusive("\r\n\r\n").next(), Some(head.as_str()));
        assert!(get.len() > head.len());
    }

    #[test]
    fn what_is_not_there_and_what_cannot_be_done_have_their_status() {
        for (request, status) in [
            ("GET /nothing HTTP/1.1\r\n\r\n", 404),
            ("HEAD /../etc/passwd HTTP/1.1\r\n\r\n", 404),
            ("POST / HTTP/1.1\r\n\r\n", 405),
            ("nonsense\r\n\r\n", 400),
        ] {
            assert_eq!(response(request).1, status, "{request}");
        }
        assert!(response("PUT / HTTP/1.1\r\n\r\n").2.contains("\r\nAllow: GET, HEAD\r\n"));
    }

    #[test]
    fn a_request_is_waited_for_until_it_is_whole_or_too_long() {
        assert_eq!(respond(b"GET / HTTP/1.1\r\nHost: offhook\r\n", &page()), None);
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(LONGEST));
        assert_eq!(response(&long).1, 431);
    }

    proptest! {
        #[test]
        fn no_octets_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = respond(&octets, &page());
        }
    }
}
