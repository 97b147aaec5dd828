package io.tholepin.launcher;

import io.tholepin.apiserver.ApiServer;
import picocli.CommandLine.IVersionProvider;

/** What {@code thole --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String ours = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "thole " + (ours == null ? "(unpackaged)" : ours) + ", Kubernetes API " + ApiServer.kubernetesVersion()
                    + ", Java " + Runtime.version()
        };
    }
}
