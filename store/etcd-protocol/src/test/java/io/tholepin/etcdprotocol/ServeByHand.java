package io.tholepin.etcdprotocol;

/** Serves a store on the heap until the process ends, to be tried by hand: {@code ServeByHand http://127.0.0.1:0}. */
final class ServeByHand {
    private ServeByHand() {}

    public static void main(String[] arguments) throws Exception {
        TestMember member = new TestMember();
        EtcdServerConfig config = EtcdServerConfig.of(ListenUrl.parse(arguments[0]));
        EtcdServices services = new EtcdServices(member, config, ServerObserver.NONE, SnapshotWriter.NONE);
        EtcdServer server = new EtcdServer(config, services, HttpHandler.NONE);
        System.out.println("serving on " + server.ports());
        Thread.currentThread().join();
    }
}
