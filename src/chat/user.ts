/** A person: a name and an email. The email is sent to nobody else. */
export interface User {
	readonly name: string;
	readonly email: string;
}
