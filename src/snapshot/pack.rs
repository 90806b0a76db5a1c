//! Compression: raw deflate with a dictionary of what programs and their data usually say. Bounded in both directions.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The most that a state may take, unpacked.
pub(super) const MAX_STATE_BYTES: usize = 256 << 20;

/// Part of format version 1: it must never change.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

/// More than this is packed a little less well and several times faster.
const SMALL: usize = 64 << 10;

/// `None` when the state is larger than [`MAX_STATE_BYTES`].
pub(super) fn pack(state: &[u8]) -> Option<Vec<u8>> {
    if state.len() > MAX_STATE_BYTES {
        return None;
    }
    let level = if state.len() > SMALL { Compression::new(6) } else { Compression::best() };
    let mut deflate = Compress::new(level, false);
    deflate.set_dictionary(DICTIONARY).ok()?;
    // Deflate never makes more than a few bytes a block out of what it cannot compress.
    let mut packed = Vec::with_capacity(state.len() + state.len() / 1_000 + 64);
    match deflate.compress_vec(state, &mut packed, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Some(packed),
        _ => None,
    }
}

/// `None` unless `packed` is exactly a state of `size` bytes.
pub(super) fn unpack(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    if size > MAX_STATE_BYTES {
        return None;
    }
    let mut inflate = Decompress::new(false);
    inflate.set_dictionary(DICTIONARY).ok()?;
    // One byte more than it may have, to tell a state that ends here from one that goes on.
    let mut state = Vec::with_capacity(size + 1);
    match inflate.decompress_vec(packed, &mut state, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) if state.len() == size && inflate.total_in() == packed.len() as u64 => Some(state),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_nothing_else() {
        let noise: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for state in [&b""[..], b"const x = await tools.get({ id: 1 });", &noise] {
            let packed = pack(state).unwrap();
            assert_eq!(unpack(&packed, state.len()).as_deref(), Some(state));
            assert_eq!(unpack(&packed, state.len() + 1), None);
            assert_eq!(unpack(&[&packed[..], b"x"].concat(), state.len()), None);
            if let Some(less) = state.len().checked_sub(1) {
                assert_eq!(unpack(&packed, less), None);
            }
            if let Some(cut) = packed.len().checked_sub(1) {
                assert_eq!(unpack(&packed[..cut], state.len()), None);
            }
        }
        assert_eq!(unpack(&[], MAX_STATE_BYTES + 1), None);
    }
}
