/** What the outside may use of this process. The defaults suit one machine; each is documented where it bites. */
export interface ServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connections: number;
  readonly bodyBytes: number;
  /** Media sockets in all. */
  readonly sockets: number;
  /**
   * Media sockets that have not sent a valid `start` yet: in all, and from one address. Their upgrades were signed, so
   * these are bursts of callers, which a few of Twilio's addresses bring, and replayed requests at worst.
   */
  readonly pendingSockets: number;
  readonly pendingSocketsPerAddress: number;
  readonly payloadBytes: number;
  /** From the upgrade to a valid `start`. */
  readonly startMs: number;
  readonly pingEveryMs: number;
  /** From our close frame to the peer's; then the connection is cut. */
  readonly closeMs: number;
  /** Twilio sends 50 messages a second and may catch up after a stall of the network; the burst allows for that. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  connections: 10_000,
  bodyBytes: 65_536,
  sockets: 2_000,
  pendingSockets: 512,
  pendingSocketsPerAddress: 256,
  payloadBytes: 65_536,
  startMs: 5_000,
  pingEveryMs: 10_000,
  closeMs: 2_000,
  messagesPerSecond: 100,
  messageBurst: 600,
};
