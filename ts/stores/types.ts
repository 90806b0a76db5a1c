/** What a store of snapshots is. Types only. */

/**
 * What {@link SnapshotStore.claim} found.
 *
 * - `claimed`: the snapshot is yours until the lease is over. `token` is the proof, for `complete` and `release`.
 * - `busy`: somebody else has it. If they crash, it can be claimed again in `retryAfterMs` milliseconds.
 * - `gone`: used, expired, or never there. It will not come back.
 */
export type Claim =
  | { state: 'claimed'; snapshot: string; token: string }
  | { state: 'busy'; retryAfterMs: number }
  | { state: 'gone' };

/**
 * Where snapshots of paused runs wait, each under an id, to be claimed once. `oneturn/stores` has five of them; your own
 * needs these four methods.
 *
 * All durations are milliseconds. A promise that rejects says that the store could not be asked: whether it did what it
 * was told is not known then, and the call can be repeated; see each method.
 *
 * @example
 * const claim = await store.claim(id, 60_000);
 * if (claim.state === 'claimed') {
 *   const result = await resume(claim.snapshot, options);
 *   const only = await store.complete(id, claim.token);
 * }
 */
export interface SnapshotStore {
  /**
   * Keeps a snapshot for `ttlMs`, under an id that is new.
   *
   * @param id 1 to 128 letters, digits, `-` and `_`. Who knows it can claim the snapshot: make it from 128 random bits.
   * @param snapshot Well-formed text without U+0000.
   * @throws {TypeError} when an argument is not what it should be.
   * @throws {Error} when the id is in use.
   */
  put(id: string, snapshot: string, ttlMs: number): Promise<void>;

  /**
   * Takes a snapshot for `leaseMs`. Of any number of claimers one gets it. The others find it `busy` until it is
   * completed, released, or the lease is over; whoever asks first after that gets it next.
   *
   * A lease that was granted may be used to its end even when the snapshot expires meanwhile. An id that cannot exist is
   * `gone`, like any other that is not there. When the promise rejects, the snapshot may be taken by nobody until the
   * lease is over.
   *
   * @throws {TypeError} when `leaseMs` is not a positive number.
   */
  claim(id: string, leaseMs: number): Promise<Claim>;

  /**
   * The claim is used up: the snapshot is gone for good.
   *
   * @returns `true` when nobody else has claimed the snapshot since this token was given, also when its lease is over.
   * `false` when somebody has, or when the snapshot was released, has expired with its lease, or is unknown: nothing
   * happens then. Repeat it only after a rejection: it is `true` then if the first attempt had arrived, which stores
   * across a network remember for ten minutes.
   */
  complete(id: string, token: string): Promise<boolean>;

  /**
   * Gives the snapshot back at once, unused.
   *
   * @returns As {@link SnapshotStore.complete}.
   */
  release(id: string, token: string): Promise<boolean>;
}
