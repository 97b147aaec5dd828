package io.tholepin.launcher;

import io.tholepin.apiserver.ApiServer;
import picocli.CommandLine.IVersionProvider;

/** What {@code thole --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "thole " + ours() + ", Kubernetes API " + ApiServer.kubernetesVersion() + ", Java " + Runtime.version()
        };
    }

    /** This build's version. */
    static String ours() {
        String ours = Version.class.getPackage().getImplementationVersion();
        return ours == null ? "(unpackaged)" : ours;
    }
}
