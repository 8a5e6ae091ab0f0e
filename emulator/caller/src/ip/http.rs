//! HTTP/1.1 from the client's side (RFC 9112): heads of requests out, responses in, their content checked.

use super::super::{TransferRequest, pattern};

/// The longest head of a response that is read.
const LONGEST_HEAD: usize = 16 * 1024;
/// How many header fields a response may have.
const MOST_FIELDS: usize = 64;
/// How much of the content is kept to be told.
const KEPT: usize = 200;

/// The head of the request, up to its empty line. The connection is to be closed after the response.
pub(super) fn head(request: &TransferRequest) -> Vec<u8> {
    let TransferRequest { host, port, path, upload, .. } = request;
    let method = if upload.is_some() { "PUT" } else { "GET" };
    let port = if *port == 80 { String::new() } else { format!(":{port}") };
    let length = upload.map(|octets| format!("Content-Length: {octets}\r\n")).unwrap_or_default();
    format!("{method} {path} HTTP/1.1\r\nHost: {host}{port}\r\n{length}Connection: close\r\n\r\n").into_bytes()
}

/// Whether these can stand in a request as they are: no blanks, no control characters, a path from the slash on.
pub(super) fn is_sound(request: &TransferRequest) -> bool {
    let visible = |text: &str| text.bytes().all(|octet| octet.is_ascii_graphic());
    request.path.starts_with('/') && visible(&request.path) && visible(&request.host) && !request.host.is_empty()
}

/// A response as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Response {
    /// Octets of a head that is not whole yet.
    head: Vec<u8>,
    status: Option<Status>,
    /// Octets of content.
    octets: u64,
    /// The first of them that is not the pattern's.
    wrong: Option<u64>,
    /// The beginning of the content.
    kept: Vec<u8>,
}

#[derive(Debug)]
struct Status {
    code: u16,
    reason: String,
    /// Of the content; `None`: up to the end of the connection.
    length: Option<u64>,
}

impl Response {
    /// Octets from the connection; those after the response are left alone.
    pub(super) fn handle_octets(&mut self, octets: &[u8]) -> Result<(), String> {
        if self.status.is_some() {
            self.handle_content(octets);
            return Ok(());
        }
        self.head.extend(octets);
        while self.status.is_none() {
            let Some((status, end)) = parsed(&self.head)? else {
                if self.head.len() > LONGEST_HEAD {
                    return Err(format!("the head of the response is longer than {LONGEST_HEAD} octets"));
                }
                return Ok(());
            };
            let rest = self.head.split_off(end);
            // An interim response only says that the real one will come (RFC 9110 §15.2).
            if status.code >= 200 {
                self.status = Some(status);
                self.head = Vec::new();
                self.handle_content(&rest);
            } else {
                self.head = rest;
            }
        }
        Ok(())
    }

    fn handle_content(&mut self, octets: &[u8]) {
        let Some(status) = &self.status else { return };
        let left = status.length.map_or(u64::MAX, |length| length - self.octets.min(length));
        let octets = &octets[..octets.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        let room = KEPT.saturating_sub(self.kept.len()).min(octets.len());
        self.kept.extend(&octets[..room]);
        if self.wrong.is_none() {
            let place = self.octets;
            self.wrong =
                (place..).zip(octets).find(|(place, octet)| pattern(*place) != **octet).map(|(place, _)| place);
        }
        self.octets += octets.len() as u64;
    }

    /// The status code, once there is one.
    pub(super) fn code(&self) -> Option<u16> {
        self.status.as_ref().map(|status| status.code)
    }

    /// Octets of content so far.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether the request succeeded and all content so far is the pattern's.
    pub(super) fn is_intact(&self) -> bool {
        self.succeeded() && self.wrong.is_none()
    }

    /// Whether nothing more is to come.
    pub(super) fn is_complete(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.length.is_some_and(|length| self.octets >= length))
    }

    /// The connection has ended: whether the response is whole by that.
    pub(super) fn is_complete_by_end(&self) -> bool {
        self.is_complete() || self.status.as_ref().is_some_and(|status| status.length.is_none())
    }

    /// What is wrong with a complete response, if anything; content is looked at if `fetched`.
    pub(super) fn error(&self, fetched: bool) -> Option<String> {
        let status = self.status.as_ref()?;
        if !self.succeeded() {
            let text = String::from_utf8_lossy(&self.kept);
            let line = text.lines().next().unwrap_or_default().trim();
            let more = if line.is_empty() { String::new() } else { format!(": {line}") };
            return Some(format!("the answer is {} {}{more}", status.code, status.reason).trim_end().to_owned());
        }
        let place = self.wrong.filter(|_| fetched)?;
        Some(format!("octet {place} of the content, counted from 0, is not the one that was sent"))
    }

    /// How far it has come, for messages: `no answer`, `123 of 4567 octets`.
    pub(super) fn progress(&self) -> String {
        match &self.status {
            None if self.head.is_empty() => "no answer".to_owned(),
            None => "part of the answer's head".to_owned(),
            Some(Status { length: Some(length), .. }) => format!("{} of {length} octets", self.octets),
            Some(_) => format!("{} octets", self.octets),
        }
    }

    fn succeeded(&self) -> bool {
        self.code().is_some_and(|code| (200..300).contains(&code))
    }
}

/// The head at the beginning of `octets` and where it ends, if it is whole.
fn parsed(octets: &[u8]) -> Result<Option<(Status, usize)>, String> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let end = match response.parse(octets) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("the answer is not HTTP: {error}")),
    };
    let code = response.code.unwrap_or_default();
    let reason = response.reason.unwrap_or_default().to_owned();
    let mut length = None;
    for field in response.headers.iter() {
        let value = || String::from_utf8_lossy(field.value).trim().to_owned();
        if field.name.eq_ignore_ascii_case("content-length") {
            let value = value();
            length = Some(value.parse().map_err(|_| format!("the answer's Content-Length is {value:?}"))?);
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(format!("the answer has the transfer coding {:?}, which is not understood", value()));
        }
    }
    // These never have content (RFC 9112 §6.3).
    if matches!(code, 204 | 304) {
        length = Some(0);
    }
    Ok(Some((Status { code, reason, length }, end)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn request(upload: Option<u64>, port: u16) -> TransferRequest {
        TransferRequest { id: 1, host: "www.lan".into(), port, path: "/octets/3".into(), upload }
    }

    fn octets(count: u64) -> Vec<u8> {
        (0..count).map(pattern).collect()
    }

    #[test]
    fn requests_name_host_and_length() {
        assert_eq!(head(&request(None, 80)), b"GET /octets/3 HTTP/1.1\r\nHost: www.lan\r\nConnection: close\r\n\r\n");
        assert_eq!(
            head(&request(Some(3), 8080)),
            b"PUT /octets/3 HTTP/1.1\r\nHost: www.lan:8080\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
        );
        assert!(is_sound(&request(None, 80)));
        let smuggled = TransferRequest { path: "/ HTTP/1.1\r\nX: y".into(), ..request(None, 80) };
        assert!(!is_sound(&smuggled));
    }

    #[test]
    fn a_response_may_come_in_any_pieces_and_after_an_interim_one() {
        let mut wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n".to_vec();
        wire.extend(octets(300));
        for piece in [1, 7, 1000] {
            let mut response = Response::default();
            for part in wire.chunks(piece) {
                assert!(!response.is_complete());
                response.handle_octets(part).unwrap();
            }
            assert!(response.is_complete() && response.is_intact());
            assert_eq!((response.code(), response.octets(), response.error(true)), (Some(200), 300, None));
        }
    }

    #[test]
    fn the_first_wrong_octet_is_told() {
        let mut response = Response::default();
        let mut content = octets(10);
        content[7] ^= 1;
        response.handle_octets(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n").unwrap();
        response.handle_octets(&content).unwrap();
        assert!(!response.is_intact());
        assert!(response.error(true).unwrap().starts_with("octet 7 of the content"));
    }

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let mut response = Response::default();
        response.handle_octets(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnone\n").unwrap();
        assert!(response.is_complete() && !response.is_intact());
        assert_eq!(response.error(true).unwrap(), "the answer is 404 Not Found: none");
    }

    #[test]
    fn content_without_a_length_ends_with_the_connection() {
        let mut response = Response::default();
        response.handle_octets(b"HTTP/1.0 200 OK\r\n\r\n").unwrap();
        response.handle_octets(&octets(5)).unwrap();
        assert!(!response.is_complete() && response.is_complete_by_end());
    }

    #[test]
    fn what_is_no_http_is_an_error_and_not_a_panic() {
        let error = |octets: &[u8]| Response::default().handle_octets(octets).unwrap_err();
        assert!(error(b"SSH-2.0-OpenSSH\r\n").starts_with("the answer is not HTTP"));
        assert!(error(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n").contains("Content-Length"));
        assert!(error(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").contains("chunked"));
        let endless = [&b"HTTP/1.1 200 OK\r\nX: "[..], &[b'x'; LONGEST_HEAD]].concat();
        assert!(error(&endless).contains("longer"));
    }
}
