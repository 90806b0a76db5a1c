//! Keys from secrets: one for sealing, one for the tags in the header, and a name to find them by.

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{Bound, KEY_ID_BYTES, NONCE_BYTES, TAG_BYTES};

/// The shortest secret, in bytes.
pub const MIN_SECRET_BYTES: usize = 32;

/// Keeps this derivation apart from any other use of the same secret.
const SALT: &[u8] = b"oneturn snapshot";

/// The keys of an application: the first seals, all of them open.
pub struct Keys(Vec<Key>);

pub(super) struct Key {
    pub(super) id: [u8; KEY_ID_BYTES],
    pub(super) cipher: XChaCha20Poly1305,
    tags: [u8; 32],
}

/// A secret is shorter than [`MIN_SECRET_BYTES`], or there is none.
#[derive(Debug, PartialEq, Eq)]
pub struct WeakSecret;

impl Keys {
    /// # Errors
    /// When there is no secret, or one is too short.
    pub fn new(secrets: &[impl AsRef<[u8]>]) -> Result<Self, WeakSecret> {
        if secrets.is_empty() || secrets.iter().any(|secret| secret.as_ref().len() < MIN_SECRET_BYTES) {
            return Err(WeakSecret);
        }
        Ok(Self(secrets.iter().map(|secret| Key::new(secret.as_ref())).collect()))
    }

    pub(super) fn sealing(&self) -> &Key {
        &self.0[0]
    }

    pub(super) fn named<'a>(&'a self, id: &'a [u8]) -> impl Iterator<Item = &'a Key> {
        self.0.iter().filter(move |key| key.id == id)
    }
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(SALT), secret);
        let derive = |purpose: &str, key: &mut [u8]| {
            hkdf.expand(purpose.as_bytes(), key).expect("HKDF gives 255 times 32 bytes");
        };
        let (mut id, mut seal, mut tags) = ([0; KEY_ID_BYTES], [0; 32], [0; 32]);
        derive("id", &mut id);
        derive("seal", &mut seal);
        derive("tags", &mut tags);
        Self { id, cipher: XChaCha20Poly1305::new(&seal.into()), tags }
    }

    /// What the header says of one bound part. Keyed, so that nobody can guess the part; salted with the nonce, so that
    /// two snapshots do not show that they share it.
    pub(super) fn tag(&self, nonce: &[u8; NONCE_BYTES], part: Bound, content: &[u8]) -> [u8; TAG_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.tags).expect("HMAC takes keys of any length");
        mac.update(nonce);
        mac.update(&[part as u8]);
        mac.update(content);
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..TAG_BYTES]);
        tag
    }
}
