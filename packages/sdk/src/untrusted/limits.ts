/** What a server may make this device take (rules SDK-18, SDK-19). The server's own limits are far below. */
export const TAKEN = {
  /** One answer, decompressed; a page of history has at most half a mebibyte of text. */
  answerMaxBytes: 16_777_216,
  /** One frame, in UTF-16 code units: the answer to a join that resumes a thousand conversations is the largest. */
  frameMaxLength: 16_777_216,
  /** Nesting of JSON. What clients may send is 16 deep; answers put a few levels around it. */
  jsonDepthMax: 64,
  /** Commas and opening brackets of one answer or frame. A hundred messages with every reaction there can be have 130,000. */
  jsonValuesMax: 200_000,
  /** A list or log that is read page by page, in all. */
  walkMaxBytes: 268_435_456,
  walkMaxPages: 20_000,
  walkMaxMs: 600_000,
  /** Pages in a row that have nothing and name a next one. Where others are hidden from this user, a few are rightly so. */
  emptyPagesMax: 100,
  cursorMaxLength: 2_048,
  /** People of one room whose presence, typing and marks are kept: far above the 200 and 50 up to which they are lists. */
  peoplePerRoomMax: 2_000,
  /** Profiles in memory. */
  profilesMax: 10_000,
  /** How long a server may make a client wait: longer than any bucket takes, and far below what a timer can hold. */
  retryAfterMaxMs: 3_600_000,
} as const;
