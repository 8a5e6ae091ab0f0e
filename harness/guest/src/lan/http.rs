//! The LAN's HTTP server (RFC 9112): content to fetch, and a place to upload to.
//!
//! `GET /octets/N` gives N octets of the pattern that transfers carry; `PUT /octets/N` takes N octets and says whether
//! they are that pattern. `GET /` gives a line of text. Each connection carries one request.

use std::time::Duration;

use offhook_caller::pattern;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// The longest head of a request that is read.
const LONGEST_HEAD: usize = 16 * 1024;
/// How many header fields a request may have.
const MOST_FIELDS: usize = 64;
/// Content is sent in pieces of this size.
const PIECE: usize = 64 * 1024;
/// How long a client that has its response may take to close the connection.
const LINGER: Duration = Duration::from_secs(30);
/// What `GET /` gives.
const GREETING: &str = "offhook: a host on the network behind the dial-in server\n";

/// Serves connections until the runtime ends.
pub(super) async fn serve(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // What a client does to its connection concerns nobody else.
                tokio::spawn(async { converse(stream).await.ok() });
            }
            // No descriptor left, say: again at once it would be the same.
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
}

/// One request and its response.
async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let mut head = Vec::new();
    let request = loop {
        match parsed(&head) {
            Parsed::Request(request, end) => {
                head.drain(..end);
                break Some(request);
            }
            Parsed::Partial if head.len() < LONGEST_HEAD => {
                if stream.read_buf(&mut head).await? == 0 {
                    return Ok(());
                }
            }
            Parsed::Partial | Parsed::Wrong => break None,
        }
    };
    respond(&mut stream, request, head).await?;
    stream.shutdown().await?;
    // Closing with octets unread would reset the connection, and the response might be lost.
    let drain = async {
        let mut room = vec![0; PIECE];
        while stream.read(&mut room).await.is_ok_and(|count| count > 0) {}
    };
    let _ = tokio::time::timeout(LINGER, drain).await;
    Ok(())
}

async fn respond(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: Option<Request>,
    begun: Vec<u8>,
) -> std::io::Result<()> {
    let Some(Request { method, path, length }) = request else {
        return say(stream, "400 Bad Request", "no HTTP request of reasonable size\n").await;
    };
    match (method.as_str(), path.as_str(), octets_of(&path)) {
        ("GET", "/", _) => say(stream, "200 OK", GREETING).await,
        ("GET", _, Some(count)) => give(stream, count).await,
        ("PUT", _, Some(count)) => match length {
            None => say(stream, "411 Length Required", "no Content-Length\n").await,
            Some(length) => {
                let text = match taken(stream, begun, length).await? {
                    _ if length != count => Err(format!("{length} octets came instead of {count}\n")),
                    Some(place) => Err(format!("octet {place}, counted from 0, is not the pattern's\n")),
                    None => Ok(format!("{count} octets, intact\n")),
                };
                match text {
                    Ok(text) => say(stream, "200 OK", &text).await,
                    Err(text) => say(stream, "422 Unprocessable Content", &text).await,
                }
            }
        },
        (_, _, Some(_)) | (_, "/", _) => say(stream, "405 Method Not Allowed", "GET and PUT only\n").await,
        _ => say(stream, "404 Not Found", "there are only / and /octets/N here\n").await,
    }
}

/// Sends a short response.
async fn say(stream: &mut (impl AsyncWrite + Unpin), status: &str, text: &str) -> std::io::Result<()> {
    let length = text.len();
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    stream.write_all(response.as_bytes()).await
}

/// Sends so many octets of the pattern.
async fn give(stream: &mut (impl AsyncWrite + Unpin), count: u64) -> std::io::Result<()> {
    let mut piece = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {count}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    let mut place = 0;
    loop {
        // The first piece goes with the head, so that small content is one segment.
        let end = count.min(place + (PIECE - piece.len()) as u64);
        piece.extend((place..end).map(pattern));
        stream.write_all(&piece).await?;
        piece.clear();
        place = end;
        if place == count {
            return Ok(());
        }
    }
}

/// Reads so many octets, of which `begun` have come already; the place of the first that is not the pattern's.
async fn taken(stream: &mut (impl AsyncRead + Unpin), begun: Vec<u8>, length: u64) -> std::io::Result<Option<u64>> {
    let mut room = begun;
    let (mut place, mut wrong) = (0, None);
    loop {
        room.truncate(usize::try_from(length - place).unwrap_or(usize::MAX));
        if wrong.is_none() {
            let differs = |(place, octet): &(u64, &u8)| pattern(*place) != **octet;
            wrong = (place..).zip(&room).find(differs).map(|(place, _)| place);
        }
        place += room.len() as u64;
        if place >= length {
            return Ok(wrong);
        }
        room.resize(PIECE, 0);
        let count = stream.read(&mut room).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        room.truncate(count);
    }
}

struct Request {
    method: String,
    path: String,
    /// Content-Length.
    length: Option<u64>,
}

enum Parsed {
    /// A head, and where it ends.
    Request(Request, usize),
    Partial,
    Wrong,
}

fn parsed(octets: &[u8]) -> Parsed {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let end = match request.parse(octets) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(_) => return Parsed::Wrong,
    };
    let length = request.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|field| std::str::from_utf8(field.value).ok()?.trim().parse().ok());
    let (Some(method), Some(path)) = (request.method, request.path) else { return Parsed::Wrong };
    Parsed::Request(Request { method: method.to_owned(), path: path.to_owned(), length }, end)
}

/// N of `/octets/N`.
fn octets_of(path: &str) -> Option<u64> {
    path.strip_prefix("/octets/")?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What the server says to these octets, after which the client has nothing more to say.
    async fn said(octets: &[u8]) -> Vec<u8> {
        let (mut client, server) = tokio::io::duplex(1000);
        let server = tokio::spawn(converse(server));
        let octets = octets.to_vec();
        let (mut hear, mut speak) = tokio::io::split(&mut client);
        let mut response = Vec::new();
        let speaking = async {
            speak.write_all(&octets).await.unwrap();
            speak.shutdown().await.unwrap();
        };
        let (_, heard) = tokio::join!(speaking, hear.read_to_end(&mut response));
        heard.unwrap();
        server.await.unwrap().unwrap();
        response
    }

    async fn status(octets: &[u8]) -> String {
        String::from_utf8_lossy(&said(octets).await).lines().next().unwrap_or_default().to_owned()
    }

    fn put(length: u64, content: &[u8]) -> Vec<u8> {
        let head = format!("PUT /octets/{length} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", content.len());
        [head.as_bytes(), content].concat()
    }

    fn octets(count: u64) -> Vec<u8> {
        (0..count).map(pattern).collect()
    }

    #[tokio::test]
    async fn octets_are_given_as_the_pattern_has_them() {
        for count in [0, 1, 200_000] {
            let response = said(format!("GET /octets/{count} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await;
            let end = response.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
            assert!(response.starts_with(b"HTTP/1.1 200 OK\r\n"));
            assert_eq!(response[end..], octets(count));
        }
    }

    #[tokio::test]
    async fn uploads_are_checked_octet_by_octet() {
        assert_eq!(status(&put(200_000, &octets(200_000))).await, "HTTP/1.1 200 OK");
        let mut content = octets(200_000);
        content[150_000] ^= 1;
        let response = String::from_utf8(said(&put(200_000, &content)).await).unwrap();
        assert!(response.starts_with("HTTP/1.1 422 ") && response.contains("octet 150000,"), "{response}");
        assert!(status(&put(9, &octets(8))).await.starts_with("HTTP/1.1 422 "));
    }

    #[tokio::test]
    async fn other_paths_and_methods_are_refused() {
        assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n").await, "HTTP/1.1 200 OK");
        assert_eq!(status(b"GET /octets/x HTTP/1.1\r\n\r\n").await, "HTTP/1.1 404 Not Found");
        assert_eq!(status(b"POST /octets/1 HTTP/1.1\r\n\r\n").await, "HTTP/1.1 405 Method Not Allowed");
        assert_eq!(status(b"PUT /octets/1 HTTP/1.1\r\n\r\n").await, "HTTP/1.1 411 Length Required");
        assert_eq!(status(b"\x7e\xff\x7d\x23\r\n\r\n").await, "HTTP/1.1 400 Bad Request");
        assert_eq!(status(&vec![b'x'; 2 * LONGEST_HEAD]).await, "HTTP/1.1 400 Bad Request");
    }

    #[tokio::test]
    async fn a_client_that_goes_away_early_ends_its_connection_and_nothing_else() {
        for request in [&b"GET / HT"[..], b"PUT /octets/5 HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"] {
            let (mut client, server) = tokio::io::duplex(1000);
            client.write_all(request).await.unwrap();
            drop(client);
            let _ = converse(server).await;
        }
    }
}
