/** The path of the site that Plume is under: "/", or like "/chat/". This script is in the folder `static` below it. */
export const BASE = new URL("..", import.meta.url).pathname;
