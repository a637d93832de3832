/** What is loaded when something of it is first needed. One script is smaller than many, which repeat each other. */

export { tell } from "./dialog.ts";
export { chooseEmoji } from "./emoji-picker.ts";
export { eraseOne } from "./erase.ts";
export { offerInvitation } from "./invitation.ts";
export { goBeside, goTo as go, listKeys as keys } from "./key-dialogs.ts";
export { openLevel as level } from "./level-dialog.ts";
export { longPress } from "./long-press.ts";
export { mentionAutocomplete } from "./mention-autocomplete.ts";
export { openSheet } from "./message-sheet.ts";
export { openNewRoom as newRoom, setTopic as topic } from "./new-room.ts";
export { mention } from "./note.ts";
export { openMenu } from "./person-menu.ts";
export { openPins as pins } from "./pins-dialog.ts";
export { renewPush } from "./push-subscription.ts";
export { openMembers } from "./room-dialog.ts";
export { openSearch as search, unreadMentions } from "./search-dialog.ts";
export { openSettings as settings } from "./settings.ts";
export { share } from "./share.ts";
