/**
 * Every rule that can refuse a person something, with the words they read:
 * what went wrong and what to do. A rule without words does not compile.
 */
export const refusalWords = {
	// Asking for a code
	nameIsLegal:
		"That name can't be used. A name has 1 to 32 letters, digits, _ or -, all of one script.",
	nameIsNeeded: "Nobody here has your email yet. Choose a name.",
	emailIsLegal: "That does not look like one email address. Please check it.",
	isInvited:
		"This server is for invited people. Ask whoever runs it to let your email in, or for a new invitation if yours is old.",
	registrationIsOpen:
		"Nobody new is let in just now. If you have a name here, log in under that.",
	nameIsTheirs: "That name is taken by someone else. Please choose another.",
	namesAreLeft:
		"You hold as many names as one person may. Please log in under one of them.",
	nameIsNotAnothers:
		"That name is taken by someone else. Please choose another.",
	roomIsNamed:
		"That can't be a room's name. It has 1 to 32 letters, digits, _ or -, all of one script.",
	isOpenToThem: "There is no such room, or you may not enter it.",
	keyIsOfItsKind: "There is no such room, or you may not enter it.",
	privateRoomsAreLeft:
		"You have as many private rooms as one person may, closed ones too. Leave one, or hand it over.",
	directRoomsAreLeft:
		"You talk to as many people as one person may. Go to a room that exists.",
	roomsJoinedAreLeft:
		"You are a member of as many private rooms as one person may. Leave one first.",
	roomHasSpace: "That room has as many members as a room may have.",
	titleIsLegal: "A title has 1 to 64 characters, on one line.",
	topicIsLegal: "A topic has at most 200 characters, on one line.",
	personIsOther: "Name one to seven other people.",
	personCanBeAsked:
		"That person can't be asked now. Perhaps they have blocked you, or you them.",
	invitationIsOpen:
		"That invitation is used up, too old or taken back. Ask for another.",
	invitationsAreLeft:
		"You have invited as many people as one person may at a time. Take some invitations back.",
	isPrivate: "That can be done only in a private room.",
	isNotPublic: "Anyone may enter that room: send them its link.",
	isOwner: "Only the owner of this room can do that.",
	isMember: "That person is no member of this room.",
	hasNoMembers: "That room has members.",
	isNotClosed: "This room is closed. You can still read what was said here.",
	roomsAreLeft:
		"There are as many rooms as this server holds. Go to one that exists, or try again later.",
	roomsMadeAreLeft:
		"You have made as many rooms as one person may. Go to one that exists: one of yours that nobody uses is free again in time.",
	loginIsNotPending:
		"A code is already on its way to you. Look in your mail, or try again later.",
	resendIsDue: "A code was sent a moment ago. Please wait a little.",
	resendsAreLeft: "That code was sent often enough. Please start again later.",
	addressAllowance:
		"Too many codes were asked for this email. Please try again later.",
	networkAllowance:
		"Too many codes were asked for from your network. Please try again later.",
	mailIsNotBusy:
		"Too many people are logging in. Please try again in a minute.",
	mailWasSent:
		"The mail with your code could not be sent. Please try again later.",
	sessionIsOpen: "You are not logged in any more. Please log in again.",
	isNotInside: "You are already in the room.",
	isNotBanned: "You may not enter this server.",
	isNotKicked: "You may not enter that room for now.",
	// Entering the code
	loginIsPending: "There is no login to finish. Please ask for a new code.",
	codeIsFresh: "That code has expired. Please ask for a new one.",
	codeIsWhole:
		"That is no code: it has 6 letters and digits. Copy it from the mail.",
	codeIsRight: "That code is not right.",
	triesAreLeft: "That was one try too many. Please ask for a new code.",
	isWhoAsked: "That code is not for you. Please ask for a new one.",
	tabsAreLeft: "You are here in too many tabs. Close one and try again.",
	// Reading, and taking back
	placeIsKnown: "There is no such place in the history of that room.",
	historyIsReadable:
		"That part of the history can't be read. Whoever runs this server can see why.",
	searchIsReady: "Search does not work just now. Try again in a minute.",
	queryHasWords:
		"Write a word to look for, or from: with a name, in: with a room, has:link, has:reply or to:me.",
	queryIsShort: "That is too much to look for at once. Write fewer words.",
	beginningIsLong: "Write more letters before the *.",
	dayIsWhole: "Write a day after before: or after:, like 2026-01-31.",
	kindIsKnown: "After has: write link or reply.",
	recipientIsMe: "After to: write me.",
	isTheirOwn:
		"That was said by someone else. You can change or delete what you said.",
	isYoung:
		"That was said too long ago to be changed. You can delete it, or say it anew.",
	targetIsThere: "There is nothing at that place.",
	pushIsPossible:
		"Notes can't be sent to this browser, or this server sends none.",
	isEmoji: "A reaction is one emoji.",
	reactionsAreLeft: "That message has as many reactions as one may have.",
	isNotErasing: "All you said is being deleted. Please wait for the end of it.",
	// Moderating
	isModerator: "Only an admin, or the one who made this room, can do that.",
	isAdmin: "Only an admin can do that.",
	loginIsFresh:
		"For that, log in anew: it is more than a day since you typed a code.",
	personIsKnown: "Nobody here has that name.",
	personIsNoAdmin: "That can't be done to an admin, nor to yourself.",
	isBanned: "That person is not banned.",
	isMuted: "That person is not muted here.",
	reportIsOpen: "There is no such report.",
	// Talking
	isNotMuted: "You may say nothing in this room for now.",
	hasSession: "You are not in the room any more.",
	isInside: "You are not in the room yet.",
	answersSomething: "There is nothing at that place to answer.",
	isNextInOrder: "That message came out of order. Please send it again.",
	textIsNotEmpty: "There is nothing in that message.",
	textIsWellFormed: "That message holds broken characters.",
	textIsShort: "That message is too long. Please send it in parts.",
	bytesAreLeft:
		"You have said as much as one person may in a day. Please try again later.",
	isNotTooFast: "That was too fast. Please wait a moment.",
	frameIsUnderstood: "That message could not be understood.",
	sequencerIsThere:
		"This part of the server has lost touch with the rest. What you write is kept here, and goes out when it is back.",
	nodesAreAlike:
		"A part of this server still runs an older version. Please try again when all of it is upgraded.",
	diskHasSpace:
		"The server's disk is full. Nothing is lost, but nothing can be said until there is space.",
} as const;

export type Rule = keyof typeof refusalWords;

export interface RefusalDetails {
	/** The id that the client gave its request. */
	readonly id?: string | undefined;
	readonly n?: number | undefined;
	readonly expected?: number | undefined;
	readonly retryAfterMs?: number | undefined;
}
