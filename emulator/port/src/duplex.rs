//! Both directions of a stream at once, so that a DTE that does not read never keeps one from hearing it, and one that
//! never stops sending never keeps what is meant for it from being written.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most that is read at once.
const READ: usize = 16 * 1024;

/// What came first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// Octets were read; none are the end of the stream.
    Read(Vec<u8>),
    /// Everything has been written.
    Written,
}

/// Writes `unwritten` as far as there is room, and meanwhile waits for octets; with `more` to write, only until
/// everything is written. Cancel-safe: what has been written is no longer in `unwritten`, and nothing is read before
/// this returns.
///
/// # Errors
///
/// If reading or writing fails: the stream is of no use any more.
pub(super) async fn exchange<S>(stream: &mut S, unwritten: &mut VecDeque<u8>, more: bool) -> io::Result<Moved>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    poll_fn(|context| {
        if let Poll::Ready(Err(error)) = poll_write(context, stream, unwritten) {
            return Poll::Ready(Err(error));
        }
        if more && unwritten.is_empty() {
            return Poll::Ready(Ok(Moved::Written));
        }
        let mut octets = [0; READ];
        let mut buffer = ReadBuf::new(&mut octets);
        match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(Moved::Read(buffer.filled().to_vec()))),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Writes all of `unwritten`, and reads nothing. Cancel-safe.
///
/// # Errors
///
/// If writing fails: the stream is of no use any more.
pub(super) async fn flush<S: AsyncWrite + Unpin>(stream: &mut S, unwritten: &mut VecDeque<u8>) -> io::Result<()> {
    poll_fn(|context| poll_write(context, stream, unwritten)).await
}

/// Writes what there is room for at once, by a stream's own way of trying. What goes wrong, reading will tell.
pub(super) fn write_now(unwritten: &mut VecDeque<u8>, mut try_write: impl FnMut(&[u8]) -> io::Result<usize>) {
    while !unwritten.is_empty() {
        match try_write(unwritten.as_slices().0) {
            Ok(count @ 1..) => drop(unwritten.drain(..count)),
            Ok(0) | Err(_) => return,
        }
    }
}

/// Ready when everything is written, or nothing can be any more.
fn poll_write<S: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    stream: &mut S,
    unwritten: &mut VecDeque<u8>,
) -> Poll<io::Result<()>> {
    while !unwritten.is_empty() {
        match Pin::new(&mut *stream).poll_write(context, unwritten.as_slices().0) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Poll::Ready(Ok(count)) => drop(unwritten.drain(..count)),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        }
    }
    Poll::Ready(Ok(()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn octets_are_heard_while_others_wait_to_be_written() {
        let (mut near, mut far) = duplex(4);
        let mut unwritten = VecDeque::from(b"more than there is room for".to_vec());
        far.write_all(b"AT\r").await.unwrap();
        assert_eq!(exchange(&mut near, &mut unwritten, false).await.unwrap(), Moved::Read(b"AT\r".to_vec()));
        assert_eq!(unwritten.len(), 23);
        let mut got = vec![0; 27];
        let (read, written) = tokio::join!(far.read_exact(&mut got), exchange(&mut near, &mut unwritten, true));
        read.unwrap();
        assert_eq!(written.unwrap(), Moved::Written);
        assert_eq!(got, b"more than there is room for");
        drop(far);
        assert_eq!(exchange(&mut near, &mut unwritten, false).await.unwrap(), Moved::Read(Vec::new()), "the end");
    }
}
