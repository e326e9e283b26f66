/** The language of the page. */

export { strings } from "./en";
