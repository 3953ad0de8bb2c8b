/**
 * What commands of vport's shell are made of, in whatever bundle they are: what was typed ({@link bus.shell.command.Arguments}),
 * what is answered ({@link bus.shell.command.Shown}, {@link bus.shell.command.Listing}, {@link bus.shell.command.Table}), how it
 * goes wrong ({@link bus.shell.command.CommandException}), and what TAB offers ({@link bus.shell.command.Completer}). Threads:
 * the shell's.
 */
@Export
@Version("0.1.0")
package bus.shell.command;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
