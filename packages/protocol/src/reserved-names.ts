/** Names that others would take for the server, its staff, or everybody (spec ACC-1). */
const RESERVED = new Set(
  (
    'admin administrator admins root sysadmin superuser operator owner staff team mod mods moderator moderators official ' +
    'system server service support help helpdesk info contact abuse security postmaster webmaster hostmaster noreply ' +
    'tpx bot notice notices notification notifications ' +
    'all everyone everybody here channel group online nobody anyone me you self null undefined none unknown deleted ' +
    'deleteduser anonymous'
  ).split(' '),
);

/** The look of separators and of digits that stand for letters is no other name. */
function bare(username: string): string {
  return username
    .replace(/[._-]/g, '')
    .replace(/0/g, 'o')
    .replace(/1/g, 'i')
    .replace(/3/g, 'e')
    .replace(/5/g, 's');
}

/** Whether nobody may register this name: `admin`, and what reads as it (`ad.min`, `r00t`, `5upport`). */
export function isReservedName(username: string): boolean {
  return RESERVED.has(username) || RESERVED.has(bare(username));
}
