/** Markup that the build puts into a script. */
declare module "*.html" {
	const html: string;
	export default html;
}
