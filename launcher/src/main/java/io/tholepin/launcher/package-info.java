/**
 * {@code main()}, the commands, configuration, and the wiring of everything else by constructors.
 *
 * <p>Start with {@link io.tholepin.launcher.Main}, then {@link io.tholepin.launcher.ControlPlane}, which shows how the
 * parts fit together.
 */
@NullMarked
package io.tholepin.launcher;

import org.jspecify.annotations.NullMarked;
