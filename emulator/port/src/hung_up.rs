//! Whether the other end of a descriptor is gone, whatever is still to be read: for whoever does not read it now.

use std::os::fd::BorrowedFd;

use nix::libc::POLLRDHUP;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Whether nobody has a pty's other side open, or a connection's other end says nothing more.
pub(super) fn has_hung_up(file: BorrowedFd<'_>) -> bool {
    let signs = PollFlags::POLLHUP | PollFlags::from_bits_retain(POLLRDHUP);
    let mut looked = [PollFd::new(file, signs)];
    poll(&mut looked, PollTimeout::ZERO).is_ok() && looked[0].revents().is_some_and(|seen| seen.intersects(signs))
}
