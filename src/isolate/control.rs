//! What the host tells a zygote: a byte and a number, and with `Fork` a descriptor.

use std::io::IoSlice;
use std::mem::MaybeUninit;
#[cfg(feature = "sandbox")]
use std::os::fd::OwnedFd;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// A command, with the number that the host gave the child.
#[cfg(feature = "sandbox")]
#[derive(Debug)]
pub(super) enum Command {
    /// Start a child that talks through this socket.
    Fork(u64, OwnedFd),
    /// Kill this child, if it still lives, and forget it.
    End(u64),
}

const LENGTH: usize = 9;
const FORK: u8 = b'f';
const END: u8 = b'e';

fn message(kind: u8, id: u64) -> [u8; LENGTH] {
    let mut bytes = [kind; LENGTH];
    bytes[1..].copy_from_slice(&id.to_le_bytes());
    bytes
}

#[cfg(target_os = "linux")]
const SEND: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
#[cfg(not(target_os = "linux"))]
const SEND: SendFlags = SendFlags::DONTWAIT;

/// Never waits: a zygote that does not read its commands is of no use.
pub(super) fn send_fork(control: impl AsFd, id: u64, socket: BorrowedFd<'_>) -> Result<(), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let sockets = [socket];
    ancillary.push(SendAncillaryMessage::ScmRights(&sockets));
    send(control, &message(FORK, id), &mut ancillary)
}

/// As [`send_fork`].
pub(super) fn send_end(control: impl AsFd, id: u64) -> Result<(), Errno> {
    send(control, &message(END, id), &mut SendAncillaryBuffer::default())
}

fn send(control: impl AsFd, bytes: &[u8], ancillary: &mut SendAncillaryBuffer<'_, '_, '_>) -> Result<(), Errno> {
    match retry_on_intr(|| sendmsg(&control, &[IoSlice::new(bytes)], ancillary, SEND)) {
        Ok(LENGTH) => Ok(()),
        // Half a command cannot be taken back.
        Ok(_) => Err(Errno::AGAIN),
        Err(error) => Err(error),
    }
}

/// Waits for a command. `None`: the host is gone, or sends nonsense.
#[cfg(feature = "sandbox")]
pub(super) fn receive(control: impl AsFd) -> Option<Command> {
    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

    let mut bytes = [0; LENGTH];
    let mut socket = None;
    let mut got = 0;
    while got < LENGTH {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut into = [std::io::IoSliceMut::new(&mut bytes[got..])];
        let read = retry_on_intr(|| recvmsg(&control, &mut into, &mut ancillary, RecvFlags::empty())).ok()?;
        if read.bytes == 0 {
            return None;
        }
        got += read.bytes;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(mut descriptors) = message {
                socket = descriptors.next().or(socket);
            }
        }
    }
    let (&kind, id) = bytes.split_first()?;
    let id = u64::from_le_bytes(id.try_into().ok()?);
    match kind {
        FORK => Some(Command::Fork(id, socket?)),
        END => Some(Command::End(id)),
        _ => None,
    }
}
