/** A User is a name and an email, and not much else. The email is never sent on the wire. */
export interface User {
	readonly name: string;
	readonly email: string;
}
