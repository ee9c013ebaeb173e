/** Every limit that a person or a client can run into, once. Lengths of texts are code points unless the name says otherwise. */
export const LIMITS = {
  usernameMin: 3,
  usernameMax: 32,
  pinLength: 8,
  passwordMin: 10,
  passwordMax: 256,
  displayNameMax: 64,
  deviceNameMax: 64,
  statusTextMax: 140,
  publicKeyMax: 512,
  groupNameMax: 80,
  groupDescriptionMax: 500,
  /** Members of one group. Rooms of this size are tested; larger ones belong into several groups. */
  groupMembersMax: 100_000,
  reasonMax: 280,
  /** Retention: one minute to ten years, or null for ever. */
  retentionMinSeconds: 60,
  retentionMaxSeconds: 315_360_000,
  uploadDefaultMaxBytes: 1_073_741_824,
  uploadMaxBytes: 5_368_709_120,
  messageTextMax: 16_000,
  messageMentionsMax: 50,
  /** Characters of base64. */
  encryptionMax: 65_536,
  /** The JSON of a message's content. */
  contentMaxBytes: 65_536,
  clientIdMax: 64,
  emojiMaxBytes: 64,
  reactionsPerMessage: 50,
  /** Users named in a reaction; `count` goes on. */
  reactionUsersShown: 20,
  pinsPerConversation: 50,
  inviteMaxUses: 10_000,
  inviteExpiresMaxSeconds: 31_536_000,
  searchQueryMax: 200,
  /** Searches that a node does at once, and how many of them one user's; those that wait for their turn. */
  searchesAtOnce: 4,
  searchesAtOncePerUser: 2,
  searchesWaitingMax: 200,
  searchesWaitingPerUser: 20,
  pageDefault: 50,
  pageMax: 100,
  /** Events in one join or resume answer, and in one page of the log. */
  eventsPerPage: 200,
  /** Conversations in one `resume`. */
  resumeTopicsMax: 1_000,
  /** Channels joined on one connection. */
  topicsPerSession: 2_000,
  /** Connections of one person to one node, all devices together. */
  connectionsPerUser: 64,
  /** One WebSocket frame from a client; larger ones close the socket with 1009. */
  frameMaxBytes: 131_072,
  /** Frames on one connection that are none; the last of them closes it. */
  malformedFramesMax: 10,
  /** Frames in one POST of a long poll; the official client sends 100. */
  framesPerPost: 500,
  /** A frame takes a token of the bucket `frame` for each of these bytes that it has beyond the first. */
  frameBytesPerToken: 4_096,
  /** Text that a token pays for, of messages or events that were read for an answer. */
  readCharactersPerToken: 65_536,
  /** A JSON request body. */
  bodyMaxBytes: 262_144,
  /** All of a body has to arrive within it. */
  bodyWithinMs: 30_000,
  /** POSTs of one long poll that are under way; the official client sends one after the other. */
  postsAtOnce: 2,
  /** Nesting of JSON that a client sends. */
  jsonDepthMax: 16,
  /** Values in one JSON body or frame: commas and opening brackets. */
  jsonValuesMax: 1_000,
  /** The same in a `phx_join`: the largest resume has some 3,000. */
  joinValuesMax: 5_000,
  /** Parameters in the query of a request. */
  queryParametersMax: 32,
  topicMax: 64,
  eventNameMax: 64,
  /** A client that is silent for longer is gone; the official client beats every 30 s. */
  heartbeatTimeoutMs: 60_000,
  /** Unread bytes that a connection may have waiting before it is closed to catch up by `last_seq`. */
  backpressureMaxBytes: 1_048_576,
  /** Devices that a node is letting in, those that wait for their turn included; about a second of them on one core. */
  connectsUnderWayMax: 10_000,
  typingTtlMs: 6_000,
  /** A user is shown offline this long after the last device has gone. */
  presenceGraceMs: 5_000,
  /** Users online in a room up to which presence is a list; above it is a count. */
  presenceListMax: 200,
  presenceCountIntervalMs: 2_000,
  /** Members up to which receipts are broadcast; above it the sender gets summaries. */
  receiptsBroadcastMax: 50,
  receiptsIntervalMs: 1_000,
  receiptSummaryIntervalMs: 2_000,
  accessTokenSeconds: 600,
  refreshTokenSeconds: 30 * 86_400,
  devicesPerUser: 50,
  /** People that one user may block; `users/me` names them all. */
  blockedUsersMax: 5_000,
} as const;
