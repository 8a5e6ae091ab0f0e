//! The end of a connection, so that the last words arrive: a connection closed with octets unread is reset, and a reset
//! throws away what the other side has not read yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a DTE may take to hear the last words and hang up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Octets for DTEs that have never got them, counted wherever they are given up.
pub(super) type Unheard = Arc<AtomicU64>;

/// Last words; what is left of them when they are dropped has not been heard.
struct Rest {
    octets: Vec<u8>,
    unheard: Unheard,
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.unheard.fetch_add(self.octets.len() as u64, Ordering::Relaxed);
    }
}

/// Writes `rest`, ends our direction, and waits for the other's end, all in the background and within [`PATIENCE`].
pub(super) fn farewell(mut stream: TcpStream, rest: Vec<u8>, unheard: &Unheard) {
    let mut rest = Rest { octets: rest, unheard: Arc::clone(unheard) };
    // Without a runtime there is nobody left to wait: the kernel does what it can.
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(timeout(PATIENCE, async move {
        while !rest.octets.is_empty() {
            match stream.write(&rest.octets).await {
                Ok(count @ 1..) => drop(rest.octets.drain(..count)),
                Ok(0) | Err(_) => return,
            }
        }
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut unread = [0; 1024];
        while let Ok(1..) = stream.read(&mut unread).await {}
    }));
}
