/**
 * Bundles that come and go at run time. {@link bus.repository.BundleFolder} watches the jars of the configuration
 * folder: {@link bus.repository.FolderScan} sees what has changed, {@link bus.repository.Deployment} makes the framework
 * follow.
 *
 * <p>{@link bus.repository.RepositoryCommands} is {@code vport:install}: {@link bus.repository.Index} reads what there
 * is, {@link bus.repository.RunningSystem} shows the resolver what may be chosen, {@link bus.repository.Download}
 * fetches, and the folder takes the jars, all of them or none.
 *
 * <p>Thread: one of its own that looks at the folder; the shell's for commands. One lock lets one of them work at a
 * time, and is held while bundles start and stop. Neighbours: none; the folder's name comes from {@code bus.boot}.
 */
package bus.repository;
