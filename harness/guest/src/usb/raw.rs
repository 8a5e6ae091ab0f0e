//! The kernel's raw gadget (Documentation/usb/raw-gadget.rst): a USB device whose every word comes from user space.
//!
//! FunctionFS would be the usual way and cannot be gone: it takes no functional descriptors of the communications
//! class, without which no driver knows a modem. Here are the calls, each of which waits until the host has taken part.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;

use nix::libc::c_int;
use nix::{ioctl_read_bad, ioctl_readwrite_bad, ioctl_write_int_bad, ioctl_write_ptr, ioctl_write_ptr_bad};
use nix::{request_code_none, request_code_read, request_code_readwrite, request_code_write};

use super::control::Setup;
use super::descriptors::Endpoint;

/// The most that is moved at once.
pub(super) const AT_ONCE: usize = 1024;

/// Set: the end of the octets is the end of a transfer, even where a packet is full.
const ZERO: u16 = 1;
/// An event that is a control transfer.
const CONTROL: u32 = 2;
/// `enum usb_device_speed`: full.
const FULL_SPEED: u8 = 2;
/// Octets of the parts of the kernel's structures that count for the number of an ioctl.
const HEADER: usize = 8;

/// `struct usb_raw_init`.
#[repr(C)]
struct Init {
    driver: [u8; 128],
    device: [u8; 128],
    speed: u8,
}

/// `struct usb_raw_event`, with room for a setup packet.
#[repr(C)]
struct Event {
    kind: u32,
    length: u32,
    data: [u8; 8],
}

/// `struct usb_raw_ep_io`, with room.
#[repr(C)]
struct Transfer {
    endpoint: u16,
    flags: u16,
    length: u32,
    data: [u8; AT_ONCE],
}

/// `struct usb_endpoint_descriptor`: two octets longer than the descriptor.
type PaddedEndpoint = [u8; 9];

ioctl_write_ptr!(raw_init, b'U', 0, Init);
ioctl_write_int_bad!(raw_run, request_code_none!(b'U', 1));
ioctl_read_bad!(raw_event, request_code_read!(b'U', 2, HEADER), Event);
ioctl_write_ptr_bad!(raw_ep0_write, request_code_write!(b'U', 3, HEADER), Transfer);
ioctl_readwrite_bad!(raw_ep0_read, request_code_readwrite!(b'U', 4, HEADER), Transfer);
ioctl_write_ptr!(raw_ep_enable, b'U', 5, PaddedEndpoint);
ioctl_write_ptr_bad!(raw_ep_write, request_code_write!(b'U', 7, HEADER), Transfer);
ioctl_readwrite_bad!(raw_ep_read, request_code_readwrite!(b'U', 8, HEADER), Transfer);
ioctl_write_int_bad!(raw_configure, request_code_none!(b'U', 9));
ioctl_write_int_bad!(raw_ep0_stall, request_code_none!(b'U', 12));

/// An endpoint that is on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle(u16);

/// A USB device in the making.
#[derive(Debug)]
pub(super) struct RawGadget(File);

impl RawGadget {
    /// Plugs a device into the kernel's make-believe controller of that number.
    pub(super) fn plug_in(number: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open("/dev/raw-gadget")?;
        let init =
            Init { driver: padded("dummy_udc"), device: padded(&format!("dummy_udc.{number}")), speed: FULL_SPEED };
        // SAFETY: the kernel reads the structure during the call.
        unsafe { raw_init(file.as_raw_fd(), &raw const init) }?;
        // SAFETY: no pointer goes with it.
        unsafe { raw_run(file.as_raw_fd(), 0) }?;
        Ok(Self(file))
    }

    /// Waits for the next control transfer.
    pub(super) fn setup(&self) -> io::Result<Setup> {
        loop {
            let mut event = Event { kind: 0, length: 8, data: [0; 8] };
            // SAFETY: the kernel writes at most `length` octets behind the header, and there are as many.
            unsafe { raw_event(self.0.as_raw_fd(), &raw mut event) }?;
            // Resets and the like need no answer: the host chooses the configuration again after them.
            if event.kind == CONTROL {
                return Ok(Setup::new(event.data));
            }
        }
    }

    /// Answers a control transfer with octets.
    pub(super) fn give(&self, octets: &[u8]) -> io::Result<()> {
        let transfer = Transfer::filled(0, octets);
        // SAFETY: the kernel reads `length` octets behind the header, and there are as many.
        unsafe { raw_ep0_write(self.0.as_raw_fd(), &raw const transfer) }?;
        Ok(())
    }

    /// Takes a control transfer's octets, at most so many, and ends it.
    pub(super) fn take(&self, most: u16) -> io::Result<Vec<u8>> {
        let mut transfer = Transfer::empty(0, usize::from(most));
        // SAFETY: the kernel writes at most `length` octets behind the header, and there are as many.
        let count = unsafe { raw_ep0_read(self.0.as_raw_fd(), &raw mut transfer) }?;
        Ok(transfer.data(count))
    }

    /// Refuses a control transfer.
    pub(super) fn refuse(&self) -> io::Result<()> {
        // SAFETY: no pointer goes with it.
        unsafe { raw_ep0_stall(self.0.as_raw_fd(), 0) }?;
        Ok(())
    }

    /// Switches an endpoint on.
    pub(super) fn enable(&self, endpoint: &Endpoint) -> io::Result<Handle> {
        let mut padded = PaddedEndpoint::default();
        padded[..endpoint.len()].copy_from_slice(endpoint);
        // SAFETY: the kernel reads the nine octets during the call.
        let handle = unsafe { raw_ep_enable(self.0.as_raw_fd(), &raw const padded) }?;
        u16::try_from(handle).map(Handle).map_err(io::Error::other)
    }

    /// Says that the chosen configuration is in force.
    pub(super) fn configure(&self) -> io::Result<()> {
        // SAFETY: no pointer goes with it.
        unsafe { raw_configure(self.0.as_raw_fd(), 0) }?;
        Ok(())
    }

    /// Sends at most [`AT_ONCE`] octets, and waits until the host has taken them.
    pub(super) fn send(&self, to: Handle, octets: &[u8]) -> io::Result<()> {
        let transfer = Transfer::filled(to.0, octets);
        // SAFETY: the kernel reads `length` octets behind the header, and there are as many.
        unsafe { raw_ep_write(self.0.as_raw_fd(), &raw const transfer) }?;
        Ok(())
    }

    /// Waits for octets of the host, at most so many. A full packet does not end a transfer: ask for one packet at a time.
    pub(super) fn receive(&self, from: Handle, most: usize) -> io::Result<Vec<u8>> {
        let mut transfer = Transfer::empty(from.0, most);
        // SAFETY: the kernel writes at most `length` octets behind the header, and there are as many.
        let count = unsafe { raw_ep_read(self.0.as_raw_fd(), &raw mut transfer) }?;
        Ok(transfer.data(count))
    }
}

impl Transfer {
    fn filled(endpoint: u16, octets: &[u8]) -> Self {
        let length = octets.len().min(AT_ONCE);
        let mut transfer = Self::empty(endpoint, length);
        transfer.flags = ZERO;
        transfer.data[..length].copy_from_slice(&octets[..length]);
        transfer
    }

    fn empty(endpoint: u16, most: usize) -> Self {
        Self { endpoint, flags: 0, length: most.min(AT_ONCE) as u32, data: [0; AT_ONCE] }
    }

    fn data(&self, count: c_int) -> Vec<u8> {
        let count = usize::try_from(count).unwrap_or(0);
        self.data.get(..count).unwrap_or_default().to_vec()
    }
}

fn padded(name: &str) -> [u8; 128] {
    let mut octets = [0; 128];
    let length = name.len().min(127);
    octets[..length].copy_from_slice(&name.as_bytes()[..length]);
    octets
}
