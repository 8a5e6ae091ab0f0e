//! The end of a connection, so that the last words arrive: a connection closed with octets unread is reset, and a reset
//! throws away what the other side has not read yet.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a DTE may take to hear the last words and hang up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes `rest`, ends our direction, and waits for the other's end, all in the background and within [`PATIENCE`].
pub(super) fn farewell(mut stream: TcpStream, rest: Vec<u8>) {
    // Without a runtime there is nobody left to wait: the kernel does what it can.
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(timeout(PATIENCE, async move {
        if stream.write_all(&rest).await.is_err() || stream.shutdown().await.is_err() {
            return;
        }
        let mut unheard = [0; 1024];
        while let Ok(1..) = stream.read(&mut unheard).await {}
    }));
}
